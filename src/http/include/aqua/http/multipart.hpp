#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::http {

/// One part of a multipart/form-data body; `content` points into the body. File names are not kept: they are never used.
struct Part {
  std::string name;
  std::string content_type;  ///< empty when the part states none
  bool is_file = false;      ///< a filename parameter was given
  ByteView content;
};

struct MultipartLimits {
  std::size_t max_parts = 16;
  std::size_t max_part_header_bytes = 8 << 10;
  std::size_t max_boundary = 70;
};

/// Splits a multipart/form-data body without copying, in time linear in its size. content_type: the header field with its
/// boundary. Neither preamble nor epilogue is taken. No parts at all are an empty list.
/// Errors, kInvalidArgument: "multipart_boundary" (missing, too long, wrong characters), "multipart_malformed" (no end, no name,
/// garbage between parts), "multipart_too_many_parts", "multipart_header_too_large".
Result<std::vector<Part>> ParseMultipart(std::string_view content_type, ByteView body, const MultipartLimits& limits = {});

}  // namespace aqua::http
