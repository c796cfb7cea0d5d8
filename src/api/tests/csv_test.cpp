#include "csv.hpp"

#include <gtest/gtest.h>

namespace aqua::api {
namespace {

std::string Line(const std::vector<std::string>& cells) {
  std::string out;
  AppendCsvLine(cells, out);
  return out;
}

TEST(CsvTest, EndsLinesAsRfc4180Says) { EXPECT_EQ(Line({"a", "", "b c"}), "a,,b c\r\n"); }

TEST(CsvTest, QuotesWhatWouldBreakTheLine) { EXPECT_EQ(Line({"a,b", "say \"hi\"", "two\nlines"}), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"); }

TEST(CsvTest, DefusesFormulasAndKeepsNumbers) {
  EXPECT_EQ(Line({"=1+1", "@cmd", "+HYPERLINK(\"x\")", "-3.5e-7", "+2"}), "\"'=1+1\",\"'@cmd\",\"'+HYPERLINK(\"\"x\"\")\",-3.5e-7,+2\r\n");
}

}  // namespace
}  // namespace aqua::api
