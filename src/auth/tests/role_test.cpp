#include "aqua/auth/role.hpp"

#include <gtest/gtest.h>

namespace aqua::auth {
namespace {

TEST(RoleTest, HasANameForEachAndReadsItBack) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kScientist, Role::kAdmin, Role::kService}) EXPECT_EQ(ParseRole(Name(role)), role);
  EXPECT_EQ(Name(Role::kAdmin), "admin");
}

TEST(RoleTest, ReadsNoOtherSpelling) {
  for (const char* text : {"", "Admin", "ADMIN", " admin", "admins", "root"}) EXPECT_FALSE(ParseRole(text).has_value()) << text;
}

}  // namespace
}  // namespace aqua::auth
