// Feeds bytes to the multipart parser: the first line is the content type, the rest the body. Parts lie inside the body, in
// order, and hold no boundary.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aqua/base/assert.hpp"
#include "aqua/http/multipart.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aqua::AsText({data, size});
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view body = text.substr(line + 1);
  const aqua::http::MultipartLimits limits{.max_parts = 4, .max_part_header_bytes = 256};
  const auto parts = aqua::http::ParseMultipart(text.substr(0, line), aqua::AsBytes(body), limits);
  if (!parts) {
    AQUA_ASSERT(parts.error().reason.starts_with("multipart_"));
    return 0;
  }
  AQUA_ASSERT(parts->size() <= limits.max_parts && body.starts_with("--"));
  const std::uint8_t* end = aqua::AsBytes(body).data();
  for (const aqua::http::Part& part : *parts) {
    AQUA_ASSERT(!part.name.empty() && part.content.data() >= end);
    end = part.content.data() + part.content.size();
    AQUA_ASSERT(end < data + size);
  }
  return 0;
}
