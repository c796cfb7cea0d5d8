// Feeds bytes to the decoder of chunked bodies, whole and one by one, which must come to the same end within the limit.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aqua/base/assert.hpp"
#include "chunked.hpp"

namespace {

using aqua::Bytes;
using aqua::http::ChunkedDecoder;

constexpr std::uint64_t kMaxBodyBytes = 4'096;

ChunkedDecoder::Progress Decode(std::string_view text, std::size_t step, Bytes& body) {
  ChunkedDecoder decoder(kMaxBodyBytes);
  ChunkedDecoder::Progress total;
  while (total.outcome == ChunkedDecoder::Outcome::kMore && total.consumed < text.size()) {
    const ChunkedDecoder::Progress progress = decoder.Decode(text.substr(total.consumed, step), body);
    total.consumed += progress.consumed;
    total.outcome = progress.outcome;
  }
  return total;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aqua::AsText({data, size});
  Bytes whole_body;
  Bytes pieces_body;
  const ChunkedDecoder::Progress whole = Decode(text, size, whole_body);
  const ChunkedDecoder::Progress pieces = Decode(text, 1, pieces_body);
  AQUA_ASSERT(whole.outcome == pieces.outcome && whole.consumed == pieces.consumed && whole_body == pieces_body);
  AQUA_ASSERT(whole_body.size() <= kMaxBodyBytes && whole_body.size() <= size);
  AQUA_ASSERT(whole.outcome != ChunkedDecoder::Outcome::kDone || text.substr(0, whole.consumed).ends_with("\r\n\r\n"));
  return 0;
}
