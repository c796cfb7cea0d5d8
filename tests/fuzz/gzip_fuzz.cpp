// Feeds bytes to the decompression of request bodies, which must keep its limits, and text through both directions.
#include <cstddef>
#include <cstdint>

#include "aqua/base/assert.hpp"
#include "gzip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const aqua::ByteView input(data, size);
  const aqua::http::InflateLimits limits{.max_bytes = 200'000, .max_ratio = 20};
  const auto inflated = aqua::http::Inflate(input, limits);
  if (inflated) AQUA_ASSERT(inflated->size() <= limits.max_bytes && inflated->size() <= limits.max_ratio * size);
  if (const auto deflated = aqua::http::Deflate(aqua::AsText(input))) {
    const auto back = aqua::http::Inflate(aqua::AsBytes(*deflated), {.max_bytes = size, .max_ratio = 2'000});
    AQUA_ASSERT(back && aqua::AsText(*back) == aqua::AsText(input));
  }
  return 0;
}
