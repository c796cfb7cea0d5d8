#include "keyed_table.hpp"

#include <gtest/gtest.h>

namespace aqua::ratelimit {
namespace {

bool IsZero(int entry) { return entry == 0; }

TEST(KeyedTableTest, WhatWasIdleForLongestGoes) {
  KeyedTable<int> table(2);
  table.Add("a", 1, &IsZero);
  table.Add("b", 2, &IsZero);
  EXPECT_EQ(*table.Find("a"), 1);
  table.Add("c", 3, &IsZero);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_NE(table.Find("a"), nullptr);
  EXPECT_EQ(table.Find("b"), nullptr);
  EXPECT_EQ(*table.Find("c"), 3);
}

TEST(KeyedTableTest, WorthlessEntriesGoWhenOthersCome) {
  KeyedTable<int> table(100);
  for (const char* key : {"a", "b", "c", "d"}) table.Add(key, 1, &IsZero);
  for (const char* key : {"a", "b", "c"}) *table.Find(key) = 0;
  *table.Find("d") = 1;
  table.Add("e", 1, &IsZero);
  EXPECT_EQ(table.size(), 3U);
  table.Add("f", 1, &IsZero);
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(table.Find("c"), nullptr);
  EXPECT_NE(table.Find("d"), nullptr);
}

TEST(KeyedTableTest, HoldsAtLeastOne) {
  KeyedTable<int> table(0);
  table.Add("a", 1, &IsZero);
  table.Add("b", 2, &IsZero);
  EXPECT_EQ(table.Find("a"), nullptr);
  EXPECT_EQ(*table.Find("b"), 2);
}

}  // namespace
}  // namespace aqua::ratelimit
