#include "aqua/http/multipart.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=XX";

Result<std::vector<Part>> Parse(std::string_view body, std::string_view type = kType, const MultipartLimits& limits = {}) {
  return ParseMultipart(type, AsBytes(body), limits);
}

std::string Reason(std::string_view body, std::string_view type = kType, const MultipartLimits& limits = {}) {
  const auto parts = Parse(body, type, limits);
  return parts ? "" : parts.error().reason;
}

std::string Field(std::string_view header, std::string_view content) {
  return "--XX\r\nContent-Disposition: form-data; " + std::string(header) + "\r\n\r\n" + std::string(content) + "\r\n";
}

TEST(MultipartTest, SplitsAFormWithoutCopying) {
  const std::string body =
      Field("name=\"note\"", "from the pier") +
      "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"C:\\\\fish.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--X\r\n" +
      "--XX--\r\n";
  const auto parts = Parse(body);
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 2U);
  const Part& note = parts->at(0);
  EXPECT_EQ(note.name, "note");
  EXPECT_FALSE(note.is_file);
  EXPECT_EQ(note.content_type, "");
  EXPECT_EQ(AsText(note.content), "from the pier");
  const Part& file = parts->at(1);
  EXPECT_EQ(file.name, "file");
  EXPECT_TRUE(file.is_file);
  EXPECT_EQ(file.content_type, "image/jpeg");
  EXPECT_EQ(AsText(file.content), "\xff\xd8\r\n--X");
  const auto* const begin = AsBytes(body).data();
  EXPECT_TRUE(file.content.data() > begin && file.content.data() < begin + body.size());
}

TEST(MultipartTest, TakesEmptyPartsAndEmptyForms) {
  const auto parts = Parse(Field("name=a", "") + "--XX--");
  ASSERT_TRUE(parts);
  EXPECT_TRUE(parts->at(0).content.empty());
  EXPECT_TRUE(Parse("--XX--\r\n").value().empty());
}

TEST(MultipartTest, ReadsQuotedBoundariesAndNames) {
  const auto parts =
      Parse("--a b\r\nContent-Disposition: form-data; filename*=UTF-8''x; name=\"a\\\"b\"\r\n\r\n1\r\n--a b--", "Multipart/Form-Data; boundary=\"a b\"");
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(parts->at(0).name, "a\"b");
  EXPECT_TRUE(parts->at(0).is_file);
}

TEST(MultipartTest, RefusesBoundariesThatAreNone) {
  for (const std::string_view type :
       {"", "multipart/form-data", "multipart/mixed; boundary=XX", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a ", "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"a\tb\"",
        "multipart/form-data; boundary=a; boundary=b", "multipart/form-data boundary=XX", "multipart/form-data; boundary=\"ä\""})
    EXPECT_EQ(Reason("--XX--", type), "multipart_boundary") << type;
  const std::string longest(70, 'b');
  EXPECT_EQ(Reason("--" + longest + "--", "multipart/form-data; boundary=" + longest), "");
  EXPECT_EQ(Reason("--" + longest + "b--", "multipart/form-data; boundary=b" + longest), "multipart_boundary");
}

TEST(MultipartTest, RefusesBodiesThatAreNotWhole) {
  const std::string whole = Field("name=\"a\"", "content") + "--XX--";
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_EQ(Reason(whole.substr(0, length)), "multipart_malformed") << length;
  EXPECT_EQ(Reason(whole), "");
}

TEST(MultipartTest, RefusesGarbageAroundParts) {
  const std::string part = Field("name=\"a\"", "content");
  EXPECT_EQ(Reason("preamble\r\n" + part + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(part + "--XX--\r\nepilogue"), "multipart_malformed");
  EXPECT_EQ(Reason(part + "--XX \r\n--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(part + "--XXY--"), "multipart_malformed");
  EXPECT_EQ(Reason(part + "--YY--"), "multipart_malformed");
}

TEST(MultipartTest, RefusesPartsWithoutOneName) {
  EXPECT_EQ(Reason("--XX\r\n\r\ncontent\r\n--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason("--XX\r\nContent-Type: text/plain\r\n\r\ncontent\r\n--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field("filename=\"a\"", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field("name=\"\"", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field("name=\"a\"; name=\"b\"", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field("name=\"a", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field("name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason("--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nc\r\n--XX--"), "multipart_malformed");
}

TEST(MultipartTest, RefusesMalformedHeaderLines) {
  EXPECT_EQ(Reason(Field("name=\"a\"\r\nno colon", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field("name=\"a\"\r\n folded: x", "c") + "--XX--"), "multipart_malformed");
  EXPECT_EQ(Reason(Field(std::string_view("name=\"a\"\r\nX: \0", 14), "c") + "--XX--"), "multipart_malformed");
}

TEST(MultipartTest, CountsParts) {
  const std::string part = Field("name=\"a\"", "c");
  EXPECT_EQ(Reason(part + part + "--XX--", kType, {.max_parts = 2}), "");
  EXPECT_EQ(Reason(part + part + part + "--XX--", kType, {.max_parts = 2}), "multipart_too_many_parts");
}

TEST(MultipartTest, BoundsPartHeaders) {
  const std::string header = "Content-Disposition: form-data; name=\"a\"";
  const std::string body = "--XX\r\n" + header + "\r\n\r\nc\r\n--XX--";
  EXPECT_EQ(Reason(body, kType, {.max_part_header_bytes = header.size()}), "");
  EXPECT_EQ(Reason(body, kType, {.max_part_header_bytes = header.size() - 1}), "multipart_header_too_large");
  EXPECT_EQ(Reason("--XX\r\nA: " + std::string(9'000, 'a')), "multipart_header_too_large");
}

TEST(MultipartTest, SearchesHostileContentInOnePass) {
  std::string content;
  while (content.size() < (4 << 20)) content += "\r\n--X";
  const std::string body = Field("name=\"a\"", content) + "--XX--";
  const auto parts = Parse(body);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->at(0).content.size(), content.size());
}

}  // namespace
}  // namespace aqua::http
