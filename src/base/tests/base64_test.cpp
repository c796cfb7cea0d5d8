#include "aqua/base/base64.hpp"

#include <gmock/gmock.h>

#include <string>

namespace aqua::base {
namespace {

TEST(Base64Test, EncodesAndDecodesTheVectorsOfRfc4648) {
  for (const auto& [plain, encoded] : {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="), std::pair("foo", "Zm9v"),
                                       std::pair("foob", "Zm9vYg=="), std::pair("fooba", "Zm9vYmE="), std::pair("foobar", "Zm9vYmFy")}) {
    EXPECT_EQ(EncodeBase64(AsBytes(plain)), encoded);
    const auto decoded = DecodeBase64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(AsText(*decoded), plain);
  }
}

TEST(Base64Test, DecodesWithoutPadding) { EXPECT_EQ(AsText(DecodeBase64("Zm8").value()), "fo"); }

TEST(Base64Test, RoundTripsEveryByte) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)).value(), bytes);
}

class BadBase64Test : public ::testing::TestWithParam<std::string> {};

TEST_P(BadBase64Test, IsRefused) {
  const auto decoded = DecodeBase64(GetParam());
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().reason, "bad_base64");
}

INSTANTIATE_TEST_SUITE_P(Texts, BadBase64Test,
                         ::testing::Values("Z", "Zg=", "Zg===", "=", "====", "Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "Zh==", "Zm9=", "data:image/png;base64,Zm9v",
                                           std::string("Zm9\0", 4), "Zg==Zg==",
                                           "\xC3\xA9"
                                           "aaa"));

TEST(Base64Test, SaysWhichCharacterIsWrong) { EXPECT_THAT(DecodeBase64("Zm9v*m9v").error().message, ::testing::HasSubstr("character 5")); }

}  // namespace
}  // namespace aqua::base
