#include "aqua/http/message.hpp"

#include <gtest/gtest.h>

namespace aqua::http {
namespace {

TEST(MessageTest, FindsFieldsWithoutCase) {
  Headers headers;
  headers.Add("Accept", "a");
  headers.Add("accept", "b");
  EXPECT_EQ(headers.Find("ACCEPT"), "a");
  EXPECT_EQ(headers.Find("Accept-Encoding"), std::nullopt);
  EXPECT_EQ(headers.fields().size(), 2U);
}

TEST(MessageTest, SetReplacesAllOfThatName) {
  Headers headers;
  headers.Add("Allow", "GET");
  headers.Add("Vary", "Origin");
  headers.Add("allow", "POST");
  headers.Set("ALLOW", "PUT");
  EXPECT_EQ(headers.Find("Allow"), "PUT");
  EXPECT_EQ(headers.fields().size(), 2U);
}

TEST(MessageTest, NamesMethods) {
  EXPECT_EQ(Name(Method::kGet), "GET");
  EXPECT_EQ(Name(Method::kDelete), "DELETE");
}

TEST(MessageTest, FindsPathParameters) {
  Request request;
  request.path_parameters = {{"id", "7"}, {"part", "x"}};
  EXPECT_EQ(request.PathParameter("part"), "x");
}

TEST(MessageDeathTest, RefusesFieldsThatWouldSplitAnAnswer) {
  Headers headers;
  EXPECT_DEATH(headers.Add("Location", "/\r\nSet-Cookie: a=b"), "IsFieldText");
  EXPECT_DEATH(headers.Set("Bad Name", "a"), "IsToken");
  EXPECT_DEATH(static_cast<void>(Request().PathParameter("id")), "path_parameters");
}

}  // namespace
}  // namespace aqua::http
