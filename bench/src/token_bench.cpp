// Measures access tokens against the bare signature check over the same text: aqua_token_bench [PAIRS]
// Prints {"verify_us", "openssl_verify_us", "ratio", "cached_ns"}: medians, the pairs interleaved.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/token.hpp"
#include "aqua/auth/token_cache.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/clock.hpp"

namespace aqua::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLookups = 1000;  // in one measurement, since one is shorter than the clock can tell

[[noreturn]] void Fail(std::string_view what) {
  fmt::print(stderr, "aqua_token_bench: {}\n", what);
  std::exit(1);
}

template <typename Work>
double Nanoseconds(const Work& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What no verifier can do without: one EVP_DigestVerify with a key and a context that are ready.
class BareVerifier {
 public:
  explicit BareVerifier(const Bytes& public_key)
      : key_(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()), &EVP_PKEY_free),
        context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, key_.get()) != 1) Fail("the key cannot be used");
  }

  void Run(std::string_view message, ByteView signature) {
    if (EVP_DigestVerify(context_.get(), signature.data(), signature.size(), AsBytes(message).data(), message.size()) != 1) Fail("the signature does not fit");
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

auth::AccessClaims Claims(std::chrono::system_clock::time_point now) {
  auth::AccessClaims claims;
  claims.subject = "01932c07-5d3e-7cc1-9f6d-5a8a1e2b3c4d";
  claims.tenant = "01932c07-5d3e-7cc1-9f6d-5a8a1e2b3c4e";
  claims.session = "01932c07-5d3e-7cc1-9f6d-5a8a1e2b3c4f";
  claims.token_id = "01932c07-5d3e-7cc1-9f6d-5a8a1e2b3c50";
  claims.role = auth::Role::kOperator;
  claims.issued_at = now;
  return claims;
}

int Run(std::size_t pairs) {
  const base::SystemClock clock;
  const auth::SigningKey stored = auth::MakeSigningKey(clock.Now());
  auth::KeyRing ring;
  if (!ring.Set({stored}, stored.id)) Fail("the key was refused");
  const auto token = auth::TokenIssuer(ring, {}).Issue(Claims(clock.Now()));
  if (!token) Fail(token.error().message);
  const auth::TokenVerifier verifier(ring, {});
  auth::VerifiedTokens cache(verifier, clock);
  const std::string message = token->substr(0, token->rfind('.'));
  const Bytes signature = ring.Current().key->Sign(message);
  BareVerifier bare(stored.public_key);

  std::vector<double> ours;
  std::vector<double> limit;
  std::vector<double> ratios;
  std::vector<double> cached;
  const auto verify = [&] {
    if (!verifier.Verify(*token, clock.Now())) Fail("the token was refused");
  };
  const auto look_up = [&] {
    for (std::size_t i = 0; i < kLookups; ++i)
      if (cache.Find(*token) == nullptr) Fail("the token was not found");
  };
  for (std::size_t i = 0; i < pairs; ++i) {
    if (!cache.Verify(*token)) Fail("the token was refused");
    ours.push_back(Nanoseconds(verify));
    limit.push_back(Nanoseconds([&] { bare.Run(message, signature); }));
    ratios.push_back(ours.back() / limit.back());
    if (i % 20 == 0) cached.push_back(Nanoseconds(look_up) / kLookups);
  }
  fmt::print("{{\"verify_us\":{:.2f},\"openssl_verify_us\":{:.2f},\"ratio\":{:.4f},\"cached_ns\":{:.0f}}}\n", Median(ours) / 1000, Median(limit) / 1000,
             Median(ratios), Median(cached));
  return 0;
}

}  // namespace
}  // namespace aqua::bench

int main(int argc, char** argv) {
  const long pairs = argc > 1 ? std::atol(argv[1]) : 2000;
  return aqua::bench::Run(static_cast<std::size_t>(std::max(1L, pairs)));
}
