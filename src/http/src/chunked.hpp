#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aqua/base/bytes.hpp"

namespace aqua::http {

/// Takes the chunked coding off a body, as the bytes arrive. Strict: no chunk extensions, at most 16 digits of size, CRLF at
/// each line end; trailers are read up to 8 KiB and dropped. Constant work and no memory for each chunk beyond its data.
class ChunkedDecoder {
 public:
  enum class Outcome { kMore, kDone, kMalformed, kTooLarge };

  struct Progress {
    std::size_t consumed = 0;  ///< bytes of the input that were used; all of it unless done or refused
    Outcome outcome = Outcome::kMore;
  };

  explicit ChunkedDecoder(std::uint64_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  /// Appends the data in `input` to `body`. Requires: the last outcome was kMore.
  Progress Decode(std::string_view input, Bytes& body);

 private:
  enum class State { kSize, kSizeEnd, kData, kDataEnd, kDataLineFeed, kTrailerStart, kTrailer, kTrailerEnd, kLastLineFeed };

  Outcome Take(char c);
  Outcome TakeSize(char c);
  Outcome BeginChunk();
  Outcome TakeTrailer(char c);
  Outcome Expect(char c, char expected, State next);

  std::uint64_t max_body_bytes_;
  std::uint64_t total_ = 0;  ///< sizes told so far
  std::uint64_t left_ = 0;   ///< of this chunk: the size while it is read, then the data that is still to come
  std::size_t digits_ = 0;
  std::size_t trailer_bytes_ = 0;
  State state_ = State::kSize;
};

}  // namespace aqua::http
