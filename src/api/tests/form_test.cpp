#include "form.hpp"

#include <gmock/gmock.h>

namespace aqua::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(FormTest, DecodesFieldsInTheirOrder) {
  EXPECT_THAT(ParseForm("username=anna%40farm.example&password=a+b%2Bc%26&grant_type=").value(),
              ElementsAre(Pair("username", "anna@farm.example"), Pair("password", "a b+c&"), Pair("grant_type", "")));
  EXPECT_THAT(ParseForm("").value(), IsEmpty());
  EXPECT_THAT(ParseForm("&&a&").value(), ElementsAre(Pair("a", "")));
}

TEST(FormTest, RefusesWhatIsNoForm) {
  for (const char* body : {"a=%", "a=%4", "a=%zz", "%00=a", "a=%ff", "a=%c3"}) EXPECT_FALSE(ParseForm(body)) << body;
  std::string many;
  for (int i = 0; i < 33; ++i) many += "a=b&";
  EXPECT_FALSE(ParseForm(many));
}

}  // namespace
}  // namespace aqua::api
