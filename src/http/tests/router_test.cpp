#include "router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace aqua::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Route MakeRoute(Method method, std::string path) {
  Route route;
  route.method = method;
  route.path = std::move(path);
  route.handler = [](const std::shared_ptr<Exchange>&) {};
  return route;
}

class RouterTest : public ::testing::Test {
 protected:
  [[nodiscard]] Router::Match Find(std::optional<Method> method, std::string_view path) const { return router_.Find(method ? &*method : nullptr, path); }

  [[nodiscard]] std::string Template(std::string_view path, Method method = Method::kGet) const {
    const Router::Match match = Find(method, path);
    return match.route == nullptr ? match.allow : match.route->path;
  }

  Router router_{{MakeRoute(Method::kGet, "/"), MakeRoute(Method::kGet, "/items"), MakeRoute(Method::kPost, "/items"), MakeRoute(Method::kGet, "/items/{id}"),
                  MakeRoute(Method::kDelete, "/items/{id}"), MakeRoute(Method::kGet, "/items/special"), MakeRoute(Method::kGet, "/items/{id}/parts/{part}"),
                  MakeRoute(Method::kPost, "/items/special/run"), MakeRoute(Method::kGet, "/files/*")}};
};

TEST_F(RouterTest, FindsLiteralPaths) {
  EXPECT_EQ(Template("/"), "/");
  EXPECT_EQ(Template("/items"), "/items");
  EXPECT_EQ(Find(Method::kPost, "/items").route->method, Method::kPost);
}

TEST_F(RouterTest, NamesParameters) {
  EXPECT_THAT(Find(Method::kGet, "/items/7").parameters, ElementsAre(Pair("id", "7")));
  EXPECT_THAT(Find(Method::kGet, "/items/7/parts/a b").parameters, ElementsAre(Pair("id", "7"), Pair("part", "a b")));
  EXPECT_THAT(Find(Method::kGet, "/items").parameters, IsEmpty());
}

TEST_F(RouterTest, PrefersLiteralsToParameters) {
  EXPECT_EQ(Template("/items/special"), "/items/special");
  EXPECT_EQ(Template("/items/specials"), "/items/{id}");
  // Nothing below the literal has this path, the parameter has.
  EXPECT_EQ(Template("/items/special/parts/1"), "/items/{id}/parts/{part}");
  EXPECT_THAT(Find(Method::kGet, "/items/special/parts/1").parameters, ElementsAre(Pair("id", "special"), Pair("part", "1")));
}

TEST_F(RouterTest, TakesAllBelowAWildcard) {
  EXPECT_THAT(Find(Method::kGet, "/files/a/b.js").parameters, ElementsAre(Pair("*", "a/b.js")));
  EXPECT_THAT(Find(Method::kGet, "/files/").parameters, ElementsAre(Pair("*", "")));
  EXPECT_EQ(Template("/files"), "");
}

TEST_F(RouterTest, ListsTheMethodsOfAKnownPath) {
  EXPECT_EQ(Template("/items", Method::kPut), "GET, HEAD, POST");
  EXPECT_EQ(Template("/items/special/run"), "POST");
  // The literal wins, though the parameter has the method.
  EXPECT_EQ(Template("/items/special", Method::kDelete), "GET, HEAD");
  EXPECT_EQ(Find(std::nullopt, "/files/x").allow, "GET, HEAD");
}

TEST_F(RouterTest, FindsNothingElsewhere) {
  for (const std::string_view path : {"/item", "/items/", "/items//parts/1", "/items/7/", "/items/7/parts", "/ITEMS", "//items"}) {
    EXPECT_EQ(Find(Method::kGet, path).route, nullptr) << path;
    EXPECT_EQ(Find(Method::kGet, path).allow, "") << path;
  }
}

TEST_F(RouterTest, LetsAWildcardAtTheTopTakeTheRest) {
  const Router router({MakeRoute(Method::kGet, "/api/{id}"), MakeRoute(Method::kGet, "/*")});
  const Method get = Method::kGet;
  EXPECT_EQ(router.Find(&get, "/api/1").route->path, "/api/{id}");
  EXPECT_THAT(router.Find(&get, "/api/1/2").parameters, ElementsAre(Pair("*", "api/1/2")));
  EXPECT_THAT(router.Find(&get, "/").parameters, ElementsAre(Pair("*", "")));
}

TEST(RouterDeathTest, RefusesTheSameRouteTwice) {
  EXPECT_DEATH(Router({MakeRoute(Method::kGet, "/a/{x}"), MakeRoute(Method::kGet, "/a/{y}")}), "none_of");
  EXPECT_DEATH(Router({MakeRoute(Method::kGet, "/*/a")}), "segment");
}

}  // namespace
}  // namespace aqua::http
