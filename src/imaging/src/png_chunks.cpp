#include "png_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "colour_profile.hpp"
#include "decode_limits.hpp"

namespace aqua::imaging {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kChunkOverhead = 12;  // length, type, CRC
constexpr std::size_t kHeaderChunkBytes = 13;
constexpr std::size_t kLongestProfileName = 79;

std::uint32_t BigEndian(ByteView bytes) { return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3]; }

void ReadCodingPoints(std::string_view payload, PngHeader& header) {
  const bool srgb = payload == "\x01\x0D\x00\x01"sv || payload == "\x01\x01\x00\x01"sv;
  (srgb ? header.coded_as_srgb : header.coded_otherwise) = true;
}

void ReadChunk(std::string_view type, ByteView payload, PngHeader& header) {
  if (type == "acTL") header.animated = true;
  if (type == "cICP") ReadCodingPoints(AsText(payload), header);
  if (type == "eXIf") header.exif = payload;
  if (type == "iCCP") header.profile = payload;
}

/// Ends an inflate stream at the end of its scope.
struct InflateStream {
  InflateStream() { ready = ::inflateInit(&stream) == Z_OK; }
  ~InflateStream() { ::inflateEnd(&stream); }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;
  z_stream stream{};
  bool ready = false;
};

}  // namespace

Result<PngHeader> ReadPngHeader(ByteView encoded) {
  ByteView rest = encoded.subspan(std::min(kSignatureBytes, encoded.size()));
  if (rest.size() < kHeaderChunkBytes + kChunkOverhead || AsText(rest).substr(0, 8) != "\0\0\0\x0DIHDR"sv) return Corrupt(ImageFormat::kPng, "no IHDR chunk");
  PngHeader header;
  header.width = BigEndian(rest.subspan(8));
  header.height = BigEndian(rest.subspan(12));
  while (rest.size() >= kChunkOverhead) {
    const std::size_t length = BigEndian(rest);
    if (length > rest.size() - kChunkOverhead) break;
    const std::string_view type = AsText(rest).substr(4, 4);
    if (type == "IEND") break;
    ReadChunk(type, rest.subspan(8, length), header);
    rest = rest.subspan(length + kChunkOverhead);
  }
  return header;
}

Status InflateProfile(ByteView payload, Bytes& profile) {
  constexpr std::size_t kFirstGuess = 4096;
  const std::size_t name_end = AsText(payload).substr(0, kLongestProfileName + 1).find('\0');
  if (name_end == std::string_view::npos || payload.size() < name_end + 2 || payload[name_end + 1] != 0) return InvalidColourProfile("cannot be read");
  const ByteView deflated = payload.subspan(name_end + 2);
  InflateStream inflater;
  if (!inflater.ready) return InvalidColourProfile("cannot be inflated");
  inflater.stream.next_in = const_cast<Bytef*>(deflated.data());
  inflater.stream.avail_in = static_cast<uInt>(deflated.size());
  std::size_t used = 0;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    if (used == kMaxProfileBytes) return InvalidColourProfile("is larger than 4 MiB");
    profile.resize(std::clamp(used * 2, kFirstGuess, kMaxProfileBytes));
    inflater.stream.next_out = profile.data() + used;
    inflater.stream.avail_out = static_cast<uInt>(profile.size() - used);
    result = ::inflate(&inflater.stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return InvalidColourProfile("cannot be inflated");
    used = profile.size() - inflater.stream.avail_out;
  }
  profile.resize(used);
  return {};
}

}  // namespace aqua::imaging
