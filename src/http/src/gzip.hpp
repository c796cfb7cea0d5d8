#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::http {

struct InflateLimits {
  std::uint64_t max_bytes = 0;  ///< of output
  std::uint64_t max_ratio = 0;  ///< output bytes for each input byte
};

/// Decompresses one gzip member (RFC 1952) that fills `input`. Stops within 64 KiB of a limit.
/// Errors: kInvalidArgument ("gzip_malformed"; "gzip_ratio"), kResourceExhausted ("body_too_large").
Result<Bytes> Inflate(ByteView input, const InflateLimits& limits);

/// Compresses text as one gzip member, fast rather than small. Nothing when memory is short or it does not get smaller.
std::optional<std::string> Deflate(std::string_view text);

/// Tells whether answers of this media type shrink: text/*, JSON, JavaScript, SVG, CSV, XML.
bool IsCompressible(std::string_view content_type);

}  // namespace aqua::http
