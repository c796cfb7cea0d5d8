#include "cursor.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace aqua::api {
namespace {

constexpr std::array<std::uint8_t, 32> kKey = {1, 2, 3};
const storage::Position kPosition{storage::Time(std::chrono::microseconds(1'767'323'045'678'901)), "017f22e2-79b0-7000-bfff-ffffffffffff"};

TEST(CursorTest, ReadsBackWhatItMade) {
  const auto position = ReadCursor(MakeCursor(kPosition, "{}", kKey), "{}", kKey);
  ASSERT_TRUE(position);
  EXPECT_EQ(position->created_at, kPosition.created_at);
  EXPECT_EQ(position->id, kPosition.id);
}

TEST(CursorTest, IsRefusedWithAnotherFilterOrKey) {
  const std::string cursor = MakeCursor(kPosition, R"({"rejected":true})", kKey);
  EXPECT_EQ(ReadCursor(cursor, R"({"rejected":false})", kKey).error().reason, "cursor_invalid");
  EXPECT_EQ(ReadCursor(cursor, R"({"rejected":true})", {9}).error().reason, "cursor_invalid");
}

TEST(CursorTest, IsRefusedWhenAnyCharacterChanges) {
  const std::string cursor = MakeCursor(kPosition, "{}", kKey);
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string forged = cursor;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_FALSE(ReadCursor(forged, "{}", kKey)) << i;
  }
}

TEST(CursorTest, RefusesGarbage) {
  for (const char* text : {"", "~", "~~", "a~b~c", "2026-01-02T03:04:05.678901Z~017f22e2-79b0-7000-bfff-ffffffffffff", "\xFF\xFE"})
    EXPECT_FALSE(ReadCursor(text, "{}", kKey)) << text;
}

}  // namespace
}  // namespace aqua::api
