#include "aqua/auth/ed25519.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "aqua/base/assert.hpp"
#include "base64url.hpp"
#include "digest.hpp"

namespace aqua::auth {
namespace {

using Point = std::array<std::uint8_t, 32>;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;
using ContextHandle = std::unique_ptr<EVP_MD_CTX, FreeContext>;

/// The points whose order divides 8, as little-endian y without the sign of x: 0, 1, p - 1 and the two y of order 8.
constexpr std::array<Point, 5> kSmallOrder = {{
    {0},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
}};

Point WithoutSign(ByteView encoded) {
  Point y{};
  std::copy_n(encoded.begin(), y.size(), y.begin());
  y.back() &= 0x7FU;
  return y;
}

bool IsSmallOrder(const Point& y) { return std::find(kSmallOrder.begin(), kSmallOrder.end(), y) != kSmallOrder.end(); }

/// Whether y < p = 2^255 - 19.
bool IsReduced(const Point& y) {
  const bool high = y.back() == 0x7F && std::all_of(y.begin() + 1, y.end() - 1, [](std::uint8_t byte) { return byte == 0xFF; });
  return !high || y.front() < 0xED;
}

Error Malformed(std::string what) { return MakeError(ErrorCode::kInvalidArgument, std::move(what), "key_malformed"); }

}  // namespace

struct Ed25519Key::State {
  KeyHandle key;
  Bytes public_key;
  bool can_sign = false;
};

Ed25519Key::Ed25519Key(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ed25519Key::~Ed25519Key() = default;

Result<std::shared_ptr<const Ed25519Key>> Ed25519Key::FromSeed(ByteView seed) {
  if (seed.size() != kKeyBytes) return Malformed("an Ed25519 seed has 32 bytes");
  auto state = std::make_unique<State>();
  state->key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  state->public_key.resize(kKeyBytes);
  std::size_t length = kKeyBytes;
  AQUA_ASSERT(state->key != nullptr && EVP_PKEY_get_raw_public_key(state->key.get(), state->public_key.data(), &length) == 1);
  state->can_sign = true;
  return std::shared_ptr<const Ed25519Key>(new Ed25519Key(std::move(state)));
}

Result<std::shared_ptr<const Ed25519Key>> Ed25519Key::FromPublicKey(ByteView public_key) {
  if (public_key.size() != kKeyBytes) return Malformed("an Ed25519 public key has 32 bytes");
  const Point y = WithoutSign(public_key);
  if (!IsReduced(y)) return Malformed("the Ed25519 public key is not in its one encoding");
  if (IsSmallOrder(y)) return Malformed("the Ed25519 public key is of small order");
  auto state = std::make_unique<State>();
  state->key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  AQUA_ASSERT(state->key != nullptr);
  state->public_key.assign(public_key.begin(), public_key.end());
  return std::shared_ptr<const Ed25519Key>(new Ed25519Key(std::move(state)));
}

const Bytes& Ed25519Key::public_key() const { return state_->public_key; }
bool Ed25519Key::can_sign() const { return state_->can_sign; }

Bytes Ed25519Key::Sign(std::string_view message) const {
  AQUA_ASSERT(can_sign());
  const ContextHandle context(EVP_MD_CTX_new());
  Bytes signature(kSignatureBytes);
  std::size_t length = signature.size();
  AQUA_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) == 1);
  AQUA_ASSERT(EVP_DigestSign(context.get(), signature.data(), &length, AsBytes(message).data(), message.size()) == 1 && length == kSignatureBytes);
  return signature;
}

bool Ed25519Key::Verify(std::string_view message, ByteView signature) const {
  // OpenSSL checks S < L, and encodes R anew to compare it, so that only its one encoding fits.
  if (signature.size() != kSignatureBytes || IsSmallOrder(WithoutSign(signature))) return false;
  const ContextHandle context(EVP_MD_CTX_new());
  AQUA_ASSERT(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), AsBytes(message).data(), message.size()) == 1;
}

std::string KeyThumbprint(ByteView public_key) {
  const std::string jwk = R"({"crv":"Ed25519","kty":"OKP","x":")" + EncodeBase64Url(public_key) + "\"}";
  return EncodeBase64Url(Sha256(jwk));
}

}  // namespace aqua::auth
