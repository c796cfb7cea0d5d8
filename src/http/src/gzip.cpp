#include "gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "field_value.hpp"

namespace aqua::http {
namespace {

/// 15 bits of window; 16 asks zlib for the gzip frame and nothing else.
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;
constexpr std::size_t kStep = 64 << 10;

struct InflateStream {
  z_stream stream{};
  bool open = inflateInit2(&stream, kGzipWindow) == Z_OK;
  InflateStream() = default;
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;
  ~InflateStream() {
    if (open) inflateEnd(&stream);
  }
};

Error Malformed(std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), "gzip_malformed"); }

/// Runs the stream until its output is full or it ends. Returns whether it ended.
Result<bool> InflateStep(z_stream& stream) {
  const int outcome = inflate(&stream, Z_NO_FLUSH);
  if (outcome == Z_STREAM_END) {
    if (stream.avail_in > 0) return Malformed("the body goes on behind its gzip data");
    return true;
  }
  if (outcome == Z_MEM_ERROR) return MakeError(ErrorCode::kResourceExhausted, "no memory to decompress the body", "out_of_memory");
  if (outcome != Z_OK && outcome != Z_BUF_ERROR) return Malformed("the body is not gzip data");
  if (stream.avail_out > 0 && stream.avail_in == 0) return Malformed("the gzip data ends early");
  return false;
}

}  // namespace

Result<Bytes> Inflate(ByteView input, const InflateLimits& limits) {
  if (input.size() > std::numeric_limits<uInt>::max()) return MakeError(ErrorCode::kResourceExhausted, "the body is too large", "body_too_large");
  InflateStream inflation;
  z_stream& stream = inflation.stream;
  if (!inflation.open) return MakeError(ErrorCode::kResourceExhausted, "no memory to decompress the body", "out_of_memory");
  // zlib does not write through next_in, it only lacks the const.
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  const std::uint64_t by_ratio = limits.max_ratio * input.size();
  Bytes output;
  for (bool ended = false; !ended;) {
    const std::size_t before = output.size();
    output.resize(before + kStep);
    stream.next_out = output.data() + before;
    stream.avail_out = static_cast<uInt>(kStep);
    AQUA_TRY_ASSIGN(ended, InflateStep(stream));
    output.resize(output.size() - stream.avail_out);
    if (output.size() > limits.max_bytes) return MakeError(ErrorCode::kResourceExhausted, "the decompressed body is too large", "body_too_large");
    if (output.size() > by_ratio) return MakeError(ErrorCode::kInvalidArgument, "the body is compressed too well to be sound", "gzip_ratio");
  }
  return output;
}

std::optional<std::string> Deflate(std::string_view text) {
  z_stream stream{};
  if (text.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string output(text.size(), '\0');
  stream.next_in = const_cast<Bytef*>(AsBytes(text).data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const int outcome = deflate(&stream, Z_FINISH);
  output.resize(output.size() - stream.avail_out);
  deflateEnd(&stream);
  return outcome == Z_STREAM_END ? std::optional(std::move(output)) : std::nullopt;
}

bool IsCompressible(std::string_view content_type) {
  constexpr std::array<std::string_view, 6> kTypes = {"application/json",          "application/javascript", "application/problem+json",
                                                      "application/manifest+json", "application/xml",        "image/svg+xml"};
  const std::string_view type = MediaType(content_type);
  if (type.size() > 5 && EqualIgnoringCase(type.substr(0, 5), "text/")) return true;
  return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view known) { return EqualIgnoringCase(type, known); });
}

}  // namespace aqua::http
