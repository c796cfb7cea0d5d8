#include "jpeg_writer.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>  // needs cstdio before it

#include "aqua/base/assert.hpp"

namespace aqua::imaging {
namespace {

/// One libjpeg compressor. libjpeg ends a failed call with longjmp, so what it owns stands here and not in a frame it skips.
struct Writer {
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  std::jmp_buf failed{};
  Bytes buffer;
  unsigned char* place = nullptr;  ///< where libjpeg wrote, and how much
  unsigned long size = 0;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { jpeg_destroy_compress(&encoder); }
};

/// No picture needs more, so that libjpeg never makes a buffer of its own, which it would lose when it fails.
/// Source: tjBufSize() of libjpeg-turbo for 4:2:0: 3 bytes for each pixel of whole blocks of 16 x 16, and 2048.
std::size_t LargestSize(const Image& picture) {
  const auto padded = [](int side) { return (static_cast<std::size_t>(side) + 15) / 16 * 16; };
  return padded(picture.width) * padded(picture.height) * 3 + 2048;
}

[[noreturn]] void OnError(j_common_ptr encoder) { std::longjmp(static_cast<Writer*>(encoder->client_data)->failed, 1); }
void OnMessage(j_common_ptr /*encoder*/, int /*level*/) {}

[[gnu::noinline]] bool Encode(Writer& writer, const Image& picture, int quality) noexcept {
  writer.encoder.err = jpeg_std_error(&writer.errors);
  writer.errors.error_exit = OnError;
  writer.errors.emit_message = OnMessage;
  writer.encoder.client_data = &writer;
  if (setjmp(writer.failed) != 0) return false;
  jpeg_create_compress(&writer.encoder);
  jpeg_mem_dest(&writer.encoder, &writer.place, &writer.size);
  writer.encoder.image_width = static_cast<JDIMENSION>(picture.width);
  writer.encoder.image_height = static_cast<JDIMENSION>(picture.height);
  writer.encoder.input_components = 3;
  writer.encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&writer.encoder);
  jpeg_set_quality(&writer.encoder, quality, TRUE);
  writer.encoder.dct_method = JDCT_IFAST;  // up to quality 90 as good
  jpeg_start_compress(&writer.encoder, TRUE);
  while (writer.encoder.next_scanline < writer.encoder.image_height) {
    const std::size_t row = static_cast<std::size_t>(writer.encoder.next_scanline) * static_cast<std::size_t>(picture.width) * 3;
    JSAMPROW line = const_cast<JSAMPROW>(picture.pixels.data() + row);  // libjpeg knows no const
    jpeg_write_scanlines(&writer.encoder, &line, 1);
  }
  jpeg_finish_compress(&writer.encoder);
  return true;
}

}  // namespace

Result<Bytes> EncodeJpeg(const Image& picture, int quality) {
  Writer writer;
  writer.buffer.resize(LargestSize(picture));
  writer.place = writer.buffer.data();
  writer.size = writer.buffer.size();
  if (!Encode(writer, picture, quality)) return MakeError(ErrorCode::kResourceExhausted, "there is too little memory to encode a picture", "too_much_memory");
  AQUA_ASSERT(writer.place == writer.buffer.data());
  return Bytes(writer.place, writer.place + writer.size);
}

}  // namespace aqua::imaging
