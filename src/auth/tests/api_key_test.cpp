#include "aqua/auth/api_key.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "aqua/auth/secret.hpp"

namespace aqua::auth {
namespace {

constexpr std::string_view kKey = "aqua_abcd2345_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

TEST(ApiKeyTest, MakesKeysOfItsFormThatDiffer) {
  std::set<std::string> texts;
  for (int i = 0; i < 100; ++i) {
    const NewApiKey key = MakeApiKey();
    texts.insert(key.text);
    EXPECT_EQ(key.text.size(), 57U);
    EXPECT_EQ(key.text.substr(0, 14), "aqua_" + key.prefix + "_");
    EXPECT_EQ(HashOfApiKey(key.text), key.hash);
    EXPECT_EQ(PrefixOfApiKey(key.text), key.prefix);
    EXPECT_EQ(key.hash, Sha256Hex(key.text));
  }
  EXPECT_EQ(texts.size(), 100U);
}

TEST(ApiKeyTest, TakesAKeyInItsOneSpelling) {
  EXPECT_TRUE(HashOfApiKey(kKey).has_value());
  EXPECT_EQ(PrefixOfApiKey(kKey), "abcd2345");
}

TEST(ApiKeyTest, RefusesAllOtherForms) {
  const std::string good(kKey);
  std::string left_over = good;
  left_over.back() = '9';  // '8' plus a bit that belongs to nothing
  std::string plus = good;
  plus[20] = '+';
  std::string nul = good;
  nul[20] = '\0';
  for (const std::string& text : {std::string(), std::string("aqua_"), good + "A", good + "=", good.substr(0, good.size() - 1), " " + good, good + "\n",
                                  left_over, plus, nul, "Aqua_" + good.substr(5), "aqua-" + good.substr(5), "aqua_ABCD2345_" + good.substr(14),
                                  "aqua_abc_2345_" + good.substr(14), "aqua_abcd2345-" + good.substr(14)}) {
    EXPECT_FALSE(HashOfApiKey(text).has_value()) << text;
    EXPECT_FALSE(PrefixOfApiKey(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace aqua::auth
