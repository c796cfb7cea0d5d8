#include "png_reader.hpp"

#include <algorithm>
#include <cstring>

#include "decode_limits.hpp"

namespace aqua::imaging {
namespace {

constexpr png_alloc_size_t kMaxChunkBytes = std::size_t{1} << 20;

}  // namespace

Status PngReader::ReadHeader(const DecodeLimits& limits) {
  return Step([this, &limits] {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
    if (png == nullptr) std::longjmp(failed_, 1);
    info = png_create_info_struct(png);
    if (info == nullptr) OnError(png, "no memory");
    const auto max_side = static_cast<png_uint_32>(limits.max_side);
    png_set_user_limits(png, max_side, max_side);
    png_set_chunk_malloc_max(png, kMaxChunkBytes);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_read_fn(png, this, OnRead);
    png_read_info(png, info);
  });
}

void PngReader::OnError(png_structp png, png_const_charp text) {
  auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
  std::strncpy(reader.text_.data(), text, reader.text_.size() - 1);
  std::longjmp(reader.failed_, 1);
}

void PngReader::OnWarning(png_structp png, png_const_charp text) { OnError(png, text); }

void PngReader::OnRead(png_structp png, png_bytep to, std::size_t size) {
  auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
  if (size > reader.rest_.size()) OnError(png, "the file ends early");
  std::copy_n(reader.rest_.data(), size, to);
  reader.rest_ = reader.rest_.subspan(size);
}

Error PngReader::Failure() const { return Corrupt(ImageFormat::kPng, text_.data()); }

}  // namespace aqua::imaging
