#include "chunked.hpp"

#include <algorithm>

namespace aqua::http {
namespace {

constexpr std::size_t kMaxDigits = 16;
constexpr std::size_t kMaxTrailerBytes = 8 << 10;

/// Value of a hexadecimal digit, or -1.
int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedDecoder::Progress ChunkedDecoder::Decode(std::string_view input, Bytes& body) {
  std::size_t used = 0;
  while (used < input.size()) {
    if (state_ == State::kData) {
      const auto data = AsBytes(input.substr(used, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - used))));
      body.insert(body.end(), data.begin(), data.end());
      used += data.size();
      left_ -= data.size();
      if (left_ == 0) state_ = State::kDataEnd;
      continue;
    }
    const Outcome outcome = Take(input[used++]);
    if (outcome != Outcome::kMore) return {used, outcome};
  }
  return {used, Outcome::kMore};
}

ChunkedDecoder::Outcome ChunkedDecoder::Take(char c) {
  switch (state_) {
    case State::kSize: return TakeSize(c);
    case State::kSizeEnd: return c == '\n' ? BeginChunk() : Outcome::kMalformed;
    case State::kDataEnd: return Expect(c, '\r', State::kDataLineFeed);
    case State::kDataLineFeed: return Expect(c, '\n', State::kSize);
    case State::kTrailerStart:
    case State::kTrailer: return TakeTrailer(c);
    case State::kTrailerEnd: return Expect(c, '\n', State::kTrailerStart);
    case State::kLastLineFeed: return c == '\n' ? Outcome::kDone : Outcome::kMalformed;
    case State::kData: break;
  }
  return Outcome::kMalformed;
}

ChunkedDecoder::Outcome ChunkedDecoder::TakeSize(char c) {
  if (c == '\r' && digits_ > 0) {
    state_ = State::kSizeEnd;
    return Outcome::kMore;
  }
  const int digit = HexDigit(c);
  if (digit < 0 || ++digits_ > kMaxDigits) return Outcome::kMalformed;
  left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
  return Outcome::kMore;
}

ChunkedDecoder::Outcome ChunkedDecoder::BeginChunk() {
  digits_ = 0;
  if (left_ > max_body_bytes_ - total_) return Outcome::kTooLarge;
  total_ += left_;
  state_ = left_ == 0 ? State::kTrailerStart : State::kData;
  return Outcome::kMore;
}

ChunkedDecoder::Outcome ChunkedDecoder::TakeTrailer(char c) {
  if (c == '\r') {
    state_ = state_ == State::kTrailerStart ? State::kLastLineFeed : State::kTrailerEnd;
    return Outcome::kMore;
  }
  if (c == '\n' || c == '\0' || ++trailer_bytes_ > kMaxTrailerBytes) return Outcome::kMalformed;
  state_ = State::kTrailer;
  return Outcome::kMore;
}

ChunkedDecoder::Outcome ChunkedDecoder::Expect(char c, char expected, State next) {
  if (c != expected) return Outcome::kMalformed;
  state_ = next;
  return Outcome::kMore;
}

}  // namespace aqua::http
