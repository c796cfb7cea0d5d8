#include "line.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace aqua::observe {
namespace {

// 2026-01-02 03:04:05.678901 UTC.
const LogTime kTime = LogTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 2)) + std::chrono::hours(3) + std::chrono::minutes(4) +
                      std::chrono::seconds(5) + std::chrono::microseconds(678901);

std::string Json(std::string_view message, const std::vector<LogField>& fields = {}) { return JsonLine(kTime, LogLevel::kInfo, message, fields); }

std::string Text(std::string_view message, const std::vector<LogField>& fields = {}) { return TextLine(kTime, LogLevel::kWarning, message, fields); }

/// The message of a JSON line, as it is written between the quotes.
std::string JsonMessage(std::string_view message) {
  const std::string line = Json(message);
  const std::string prefix = R"({"time":"2026-01-02T03:04:05.678901Z","level":"info","message":")";
  EXPECT_TRUE(line.starts_with(prefix)) << line;
  return line.substr(prefix.size(), line.size() - prefix.size() - 2);
}

TEST(LineTest, JsonHasTimeLevelMessageAndFieldsInOrder) {
  EXPECT_EQ(Json("model loaded", {{"trace_id", "4bf9"}, {"version", "v1.0.0"}, {"images", 3}, {"ok", true}, {"seconds", 0.25}, {"bytes", std::uint64_t{7}}}),
            R"({"time":"2026-01-02T03:04:05.678901Z","level":"info","message":"model loaded",)"
            R"("trace_id":"4bf9","version":"v1.0.0","images":3,"ok":true,"seconds":0.25,"bytes":7})");
}

TEST(LineTest, JsonEscapesQuotesAndControlCharacters) {
  EXPECT_EQ(JsonMessage(R"(a "b" \c)"), R"(a \"b\" \\c)");
  EXPECT_EQ(JsonMessage("a\r\nb\tc"), R"(a\r\nb\tc)");
  EXPECT_EQ(JsonMessage(std::string_view("\0\x1b[31m\x7f", 7)), R"(\u0000\u001b[31m\u007f)");
  EXPECT_EQ(JsonMessage("\xC2\x9B"), R"(\u009b)");
}

TEST(LineTest, JsonKeepsUtf8AndReplacesOtherBytes) {
  EXPECT_EQ(JsonMessage("größe 鮭 🐟"), "größe 鮭 🐟");
  EXPECT_EQ(JsonMessage("a\xFFz\xE2\x82"), "a\uFFFDz\uFFFD\uFFFD");
}

TEST(LineTest, JsonWritesNumbersThatJsonLacksAsText) {
  EXPECT_TRUE(Json("m", {{"x", std::nan("")}}).ends_with(R"(,"x":"nan"})"));
  EXPECT_TRUE(Json("m", {{"x", -std::numeric_limits<double>::infinity()}}).ends_with(R"(,"x":"-inf"})"));
  EXPECT_TRUE(Json("m", {{"x", std::numeric_limits<std::int64_t>::min()}}).ends_with(R"(,"x":-9223372036854775808})"));
}

TEST(LineTest, JsonRenamesFieldsThatClashWithOurs) {
  EXPECT_TRUE(Json("m", {{"level", "high"}, {"time", 1}}).ends_with(R"("message":"m","field.level":"high","field.time":1})"));
}

TEST(LineTest, JsonEscapesFieldNames) { EXPECT_TRUE(Json("m", {{"a\"b\n", 1}}).ends_with(R"(,"a\"b\n":1})")); }

TEST(LineTest, TextIsOneLineForPeople) {
  EXPECT_EQ(Text("model loaded", {{"version", "v1.0.0"}, {"images", 3}, {"ok", false}}),
            "2026-01-02T03:04:05.678901Z warning model loaded version=v1.0.0 images=3 ok=false");
}

TEST(LineTest, TextQuotesValuesThatWouldBeUnclear) {
  EXPECT_TRUE(Text("m", {{"a", "two words"}, {"b", ""}, {"c", "x=y"}}).ends_with(R"( m a="two words" b="" c="x=y")"));
}

TEST(LineTest, TextShowsControlCharacters) {
  const std::string line = Text("a\nb\x1b[31m", {{"na\nme", "x\ny"}, {"b", "two\n\u202Ewords here"}});
  EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_TRUE(line.find("a\\x0ab\\x1b[31m") != std::string::npos) << line;
  EXPECT_EQ(line.find("\u202E"), std::string::npos);
}

TEST(LineTest, TimesBeforeTheEpochAreWrittenToo) {
  EXPECT_TRUE(
      JsonLine(LogTime(std::chrono::microseconds(-1)), LogLevel::kError, "m", {}).starts_with(R"({"time":"1969-12-31T23:59:59.999999Z","level":"error")"));
}

}  // namespace
}  // namespace aqua::observe
