#include "aqua/auth/secret.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>

#include "aqua/base/bytes.hpp"
#include "base64url.hpp"
#include "digest.hpp"

namespace aqua::auth {
namespace {

constexpr Key256 kMaster = {1, 2, 3};

TEST(SecretTest, WritesAndReadsBase64UrlInOneSpelling) {
  // RFC 4648, section 10, with the other alphabet and no padding.
  const std::pair<const char*, const char*> examples[] = {{"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
  for (const auto& [plain, encoded] : examples) {
    EXPECT_EQ(EncodeBase64Url(AsBytes(plain)), encoded);
    const auto decoded = DecodeBase64Url(encoded);
    ASSERT_TRUE(decoded.has_value()) << encoded;
    EXPECT_EQ(AsText(*decoded), plain);
  }
  for (const char* bad : {"Z", "Zh", "Zm9", "Zg=", "Zg==", "Zm9v ", "Zm9v\n", "+/8", "Zm9vY", "\xC3\xA9"})
    EXPECT_FALSE(DecodeBase64Url(bad).has_value()) << bad;
}

TEST(SecretTest, MakesTokensOfTheLengthAskedForThatDiffer) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) tokens.insert(RandomToken(32));
  EXPECT_EQ(tokens.size(), 100U);
  EXPECT_EQ(tokens.begin()->size(), 43U);
  EXPECT_EQ(RandomToken(0), "");
}

TEST(SecretTest, HashesAsTheStandardSays) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Fingerprint("abc"), "ba7816bf");
  EXPECT_EQ(Sha1Hex("password"), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
}

TEST(SecretTest, SignsAsTheStandardSays) {
  const std::string_view key = "Jefe";  // RFC 4231, test case 2
  const std::string signature = HmacSha256(AsBytes(key), "what do ya want for nothing?");
  EXPECT_EQ(Hex(*DecodeBase64Url(signature)), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(SecretTest, DerivesKeysAsTheStandardSays) {
  // RFC 5869, sections 2.2 and 2.3, written out for one block.
  const Bytes salt(32, 0);
  const Bytes extracted = *DecodeBase64Url(HmacSha256(salt, AsText(kMaster)));
  const Bytes expanded = *DecodeBase64Url(HmacSha256(extracted, "purpose\x01"));
  const Key256 derived = DeriveKey(kMaster, "purpose");
  EXPECT_EQ(Bytes(derived.begin(), derived.end()), expanded);
  EXPECT_NE(DeriveKey(kMaster, "purpose"), DeriveKey(kMaster, "other"));
}

TEST(SecretTest, ComparesWholeTexts) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
  EXPECT_FALSE(ConstantTimeEqual(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST(SecretTest, OpensWhatItSealed) {
  const SecretBox box(kMaster, "keys");
  const std::string long_text(100'000, 'x');
  for (const std::string& plain : {std::string(), std::string("secret"), std::string("\0\xFF\n", 3), long_text}) {
    const auto opened = box.Open(box.Seal(plain, "row/1"), "row/1");
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(*opened, plain);
  }
}

TEST(SecretTest, SealsTheSameTextDifferentlyEachTimeAndHidesIt) {
  const SecretBox box(kMaster, "keys");
  const std::string sealed = box.Seal("secret", "row/1");
  EXPECT_NE(sealed, box.Seal("secret", "row/1"));
  EXPECT_EQ(AsText(*DecodeBase64Url(sealed)).find("secret"), std::string_view::npos);
  EXPECT_EQ(DecodeBase64Url(sealed)->size(), 29U + 6U);
}

TEST(SecretTest, DoesNotOpenWhatWasAlteredInAnyBit) {
  const SecretBox box(kMaster, "keys");
  const Bytes sealed = *DecodeBase64Url(box.Seal("secret", "row/1"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes altered = sealed;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto opened = box.Open(EncodeBase64Url(altered), "row/1");
    ASSERT_FALSE(opened.has_value()) << bit;
    EXPECT_EQ(opened.error().code, ErrorCode::kDataLoss);
    EXPECT_EQ(opened.error().reason, "secret_unreadable");
  }
}

TEST(SecretTest, DoesNotOpenWhatWasCutOffOrLengthenedOrIsNoBase64) {
  const SecretBox box(kMaster, "keys");
  const std::string sealed = box.Seal("secret", "row/1");
  const Bytes bytes = *DecodeBase64Url(sealed);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(box.Open(EncodeBase64Url(ByteView(bytes).first(length)), "row/1").has_value()) << length;
  EXPECT_FALSE(box.Open(sealed + "AAAA", "row/1").has_value());
  EXPECT_FALSE(box.Open(sealed + "=", "row/1").has_value());
  EXPECT_FALSE(box.Open("not sealed at all", "row/1").has_value());
}

TEST(SecretTest, DoesNotOpenUnderAnotherContextPurposeOrMaster) {
  const SecretBox box(kMaster, "keys");
  const std::string sealed = box.Seal("secret", "row/1");
  EXPECT_FALSE(box.Open(sealed, "row/2").has_value());
  EXPECT_FALSE(box.Open(sealed, "").has_value());
  EXPECT_FALSE(SecretBox(kMaster, "cookies").Open(sealed, "row/1").has_value());
  EXPECT_FALSE(SecretBox(Key256{9}, "keys").Open(sealed, "row/1").has_value());
  EXPECT_TRUE(SecretBox(kMaster, "keys").Open(sealed, "row/1").has_value());
}

}  // namespace
}  // namespace aqua::auth
