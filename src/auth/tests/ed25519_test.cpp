#include "aqua/auth/ed25519.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base64url.hpp"

namespace aqua::auth {
namespace {

// RFC 8037, appendix A.
constexpr std::string_view kSeed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
constexpr std::string_view kPublicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
constexpr std::string_view kThumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
constexpr std::string_view kMessage = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
constexpr std::string_view kSignature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

Bytes Decode(std::string_view text) { return *DecodeBase64Url(text); }

Bytes FromHex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  return bytes;
}

TEST(Ed25519Test, SignsAsThePublishedExample) {
  const auto key = Ed25519Key::FromSeed(Decode(kSeed));
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ((*key)->public_key(), Decode(kPublicKey));
  EXPECT_EQ(EncodeBase64Url((*key)->Sign(kMessage)), kSignature);
}

TEST(Ed25519Test, VerifiesThePublishedExampleWithThePublicKey) {
  const auto key = Ed25519Key::FromPublicKey(Decode(kPublicKey));
  ASSERT_TRUE(key.has_value());
  EXPECT_FALSE((*key)->can_sign());
  EXPECT_TRUE((*key)->Verify(kMessage, Decode(kSignature)));
  EXPECT_FALSE((*key)->Verify(std::string(kMessage) + "x", Decode(kSignature)));
}

TEST(Ed25519Test, GivesThePublishedThumbprint) { EXPECT_EQ(KeyThumbprint(Decode(kPublicKey)), kThumbprint); }

TEST(Ed25519Test, VerifiesAnEmptyMessage) {
  // RFC 8032, section 7.1, test 1: the same key.
  const auto key = Ed25519Key::FromPublicKey(Decode(kPublicKey));
  const Bytes signature =
      FromHex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  EXPECT_TRUE((*key)->Verify({}, signature));
}

TEST(Ed25519Test, RefusesKeysOfOtherLengths) {
  for (const std::size_t length : {0U, 31U, 33U, 64U}) {
    const Bytes bytes(length, 9);
    EXPECT_EQ(Ed25519Key::FromSeed(bytes).error().reason, "key_malformed") << length;
    EXPECT_EQ(Ed25519Key::FromPublicKey(bytes).error().reason, "key_malformed") << length;
  }
}

TEST(Ed25519Test, RefusesPublicKeysOfSmallOrderOfEitherSign) {
  for (const std::string_view digits :
       {"0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"}) {
    Bytes key = FromHex(digits);
    EXPECT_FALSE(Ed25519Key::FromPublicKey(key).has_value()) << digits;
    key.back() ^= 0x80U;
    EXPECT_FALSE(Ed25519Key::FromPublicKey(key).has_value()) << digits;
  }
}

TEST(Ed25519Test, RefusesPublicKeysInASecondEncoding) {
  for (const std::string_view digits :
       {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"})
    EXPECT_FALSE(Ed25519Key::FromPublicKey(FromHex(digits)).has_value()) << digits;
}

TEST(Ed25519Test, RefusesSignaturesOfSmallOrderWhateverTheMessage) {
  const auto key = Ed25519Key::FromPublicKey(Decode(kPublicKey));
  for (const std::string_view first : {"00", "01", "ec"}) {
    Bytes signature(64, 0);
    signature[0] = FromHex(first)[0];
    EXPECT_FALSE((*key)->Verify(kMessage, signature));
  }
}

TEST(Ed25519Test, RefusesTheSignatureWithAnyOneBitChanged) {
  const auto key = Ed25519Key::FromPublicKey(Decode(kPublicKey));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Bytes signature = Decode(kSignature);
    signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE((*key)->Verify(kMessage, signature)) << bit;
  }
}

}  // namespace
}  // namespace aqua::auth
