#include "naming.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::identity {
namespace {

TEST(NamingTest, FoldsLettersOfThreeAlphabets) {
  EXPECT_EQ(Fold("Anna"), "anna");
  EXPECT_EQ(Fold("ÅSE Œž Ÿ"), "åse œž ÿ");
  EXPECT_EQ(Fold("ΆΣΟΣ ς"), "άσοσ σ");
  EXPECT_EQ(Fold("ЁЖИК"), "ёжик");
  EXPECT_EQ(Fold("漁夫 ×"), "漁夫 ×");
}

TEST(NamingTest, TakesUserNamesThatCanBeSeen) {
  for (const char* name : {"abc", "Åse Berg", "漁夫一郎", "o'neill-2.x", "ann@farm.example"}) EXPECT_TRUE(CheckUsername(name, "ANN@farm.example")) << name;
}

TEST(NamingTest, RefusesUserNamesThatDeceive) {
  const std::string long_name(101, 'a');
  for (const std::string& name : {std::string("ab"), long_name, std::string("a\nb c"), std::string("abc\0d", 5), std::string(" abc"), std::string("abc "),
                                  std::string("a  bc"), std::string("a\u200Bbc"), std::string("a\u202Ebc"), std::string("e\u0301abc"), std::string("a\u00A0bc"),
                                  std::string("a\xff"
                                              "bc"),
                                  std::string("bob@farm.example"), std::string("\u3164\u3164\u3164")})
    EXPECT_EQ(CheckUsername(name, "ann@farm.example").error().reason, "bad_username") << name;
}

TEST(NamingTest, KnowsAddresses) {
  for (const std::string email : {"a@b.co", "first.last+tag@sub.farm.example", "x_y@1a.de"}) EXPECT_TRUE(CheckEmail(email)) << email;
  const std::string long_local = std::string(65, 'a') + "@b.co";
  const std::string long_all = "a@" + std::string(250, 'b') + ".co";
  for (const std::string& email : {std::string("a"), std::string("@b.co"), std::string("a@"), std::string("a@b"), std::string("a b@c.de"),
                                   std::string("a@b@c.de"), std::string("a..b@c.de"), std::string(".a@c.de"), std::string("a@-c.de"),
                                   std::string("a@c.de\r\nBcc: x@y.z"), std::string("<a@c.de>"), std::string("ä@c.de"), long_local, long_all})
    EXPECT_EQ(CheckEmail(email).error().reason, "bad_email") << email;
}

}  // namespace
}  // namespace aqua::identity
