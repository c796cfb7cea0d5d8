#include "chunked.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::http {
namespace {

using Outcome = ChunkedDecoder::Outcome;

struct Decoded {
  Outcome outcome = Outcome::kMore;
  std::string body;
  std::size_t consumed = 0;
};

/// Feeds the input in pieces of `step` bytes.
Decoded Decode(std::string_view input, std::size_t step, std::uint64_t max_body_bytes = 1'000) {
  ChunkedDecoder decoder(max_body_bytes);
  Decoded decoded;
  Bytes body;
  while (decoded.outcome == Outcome::kMore && decoded.consumed < input.size()) {
    const ChunkedDecoder::Progress progress = decoder.Decode(input.substr(decoded.consumed, step), body);
    decoded.consumed += progress.consumed;
    decoded.outcome = progress.outcome;
  }
  decoded.body = AsText(body);
  return decoded;
}

Outcome OutcomeOf(std::string_view input, std::uint64_t max_body_bytes = 1'000) {
  const Outcome whole = Decode(input, input.size(), max_body_bytes).outcome;
  EXPECT_EQ(Decode(input, 1, max_body_bytes).outcome, whole) << input;
  return whole;
}

TEST(ChunkedTest, PutsChunksTogetherHoweverTheyArrive) {
  constexpr std::string_view kInput = "4\r\nWiki\r\n6\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= kInput.size(); ++step) {
    const Decoded decoded = Decode(kInput, step);
    EXPECT_EQ(decoded.outcome, Outcome::kDone);
    EXPECT_EQ(decoded.body, "Wikipedia in \r\n\r\nchunks.");
  }
}

TEST(ChunkedTest, LeavesWhatFollowsTheBody) {
  const Decoded decoded = Decode("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n", 100);
  EXPECT_EQ(decoded.outcome, Outcome::kDone);
  EXPECT_EQ(decoded.consumed, std::string_view("1\r\na\r\n0\r\n\r\n").size());
}

TEST(ChunkedTest, TakesAnEmptyBodyAndHexadecimalSizesOfEitherCase) {
  EXPECT_EQ(OutcomeOf("0\r\n\r\n"), Outcome::kDone);
  EXPECT_EQ(Decode("a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n", 7).body.size(), 20U);
}

TEST(ChunkedTest, WaitsForMoreWhenCutShort) {
  constexpr std::string_view kInput = "4\r\nWiki\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t length = 0; length < kInput.size(); ++length) EXPECT_EQ(OutcomeOf(kInput.substr(0, length)), Outcome::kMore) << length;
  EXPECT_EQ(OutcomeOf(kInput), Outcome::kDone);
}

TEST(ChunkedTest, RefusesWhatIsNotAPlainSize) {
  for (const std::string_view size : {"", "-1", "+1", " 1", "1 ", "0x1", "g", "1;a=b", "1;", "1\t", "\n", "1\n"})
    EXPECT_EQ(OutcomeOf(std::string(size) + "\r\na\r\n0\r\n\r\n"), Outcome::kMalformed) << size;
}

TEST(ChunkedTest, RefusesALineFeedAlone) {
  EXPECT_EQ(OutcomeOf("1\na\n0\n\n"), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf("1\r\na\n"), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf("0\r\n\n"), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf("0\r\nA: b\n\r\n"), Outcome::kMalformed);
}

TEST(ChunkedTest, RefusesChunksThatAreLongerThanTold) { EXPECT_EQ(OutcomeOf("1\r\nab\r\n0\r\n\r\n"), Outcome::kMalformed); }

TEST(ChunkedTest, RefusesSizesOfMoreThanSixteenDigits) {
  EXPECT_EQ(OutcomeOf("0000000000000001\r\na\r\n0\r\n\r\n"), Outcome::kDone);
  EXPECT_EQ(OutcomeOf("00000000000000001\r\na\r\n0\r\n\r\n"), Outcome::kMalformed);
}

TEST(ChunkedTest, RefusesSizesAboveTheLimitBeforeTheirData) {
  EXPECT_EQ(OutcomeOf("3e8\r\n"), Outcome::kMore);
  EXPECT_EQ(OutcomeOf("3e9\r\n"), Outcome::kTooLarge);
  EXPECT_EQ(OutcomeOf("ffffffffffffffff\r\n"), Outcome::kTooLarge);
}

TEST(ChunkedTest, CountsAllChunksAgainstTheLimit) {
  EXPECT_EQ(OutcomeOf("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 3), Outcome::kDone);
  EXPECT_EQ(OutcomeOf("2\r\nab\r\n2\r\n", 3), Outcome::kTooLarge);
  EXPECT_EQ(OutcomeOf("2\r\nab\r\nffffffffffffffff\r\n", 3), Outcome::kTooLarge);
}

TEST(ChunkedTest, DropsTrailersUpToEightKilobytes) {
  const std::string trailer(8'000, 'x');
  EXPECT_EQ(Decode("1\r\na\r\n0\r\nA: " + trailer + "\r\nB: c\r\n\r\n", 100).outcome, Outcome::kDone);
  EXPECT_EQ(Decode("1\r\na\r\n0\r\nA: " + trailer + trailer + "\r\n\r\n", 100).outcome, Outcome::kMalformed);
}

TEST(ChunkedTest, TakesAHundredThousandTinyChunks) {
  std::string input;
  for (int i = 0; i < 100'000; ++i) input += "1\r\nx\r\n";
  const Decoded decoded = Decode(input + "0\r\n\r\n", 4096, 100'000);
  EXPECT_EQ(decoded.outcome, Outcome::kDone);
  EXPECT_EQ(decoded.body, std::string(100'000, 'x'));
}

}  // namespace
}  // namespace aqua::http
