#include "jpeg_reader.hpp"

#include <jerror.h>

#include <array>

namespace aqua::imaging {
namespace {

constexpr unsigned kLongestMarker = 0xFFFF;

JpegReader& ReaderOf(j_common_ptr decoder) { return *static_cast<JpegReader*>(decoder->client_data); }

}  // namespace

JpegReader::JpegReader(const DecodeLimits& limits, CpuBudget budget) : limits_(limits), budget_(budget) {
  decoder.err = jpeg_std_error(&errors_);
  errors_.error_exit = OnError;
  errors_.emit_message = OnMessage;
  decoder.client_data = this;
}

JpegReader::~JpegReader() { jpeg_destroy_decompress(&decoder); }

Status JpegReader::ReadHeader(ByteView encoded) {
  AQUA_TRY(Step([this, encoded] {
    jpeg_create_decompress(&decoder);
    progress_.progress_monitor = OnProgress;
    decoder.progress = &progress_;
    decoder.mem->max_memory_to_use = static_cast<long>(limits_.max_memory_bytes);
    jpeg_mem_src(&decoder, encoded.data(), encoded.size());
    jpeg_save_markers(&decoder, JPEG_APP0 + 1, kLongestMarker);
    jpeg_save_markers(&decoder, JPEG_APP0 + 2, kLongestMarker);
    jpeg_read_header(&decoder, TRUE);
  }));
  if (decoder.arith_code != 0) return UnsupportedVariant(ImageFormat::kJpeg, "arithmetic coding");
  if (decoder.jpeg_color_space == JCS_UNKNOWN) return UnsupportedVariant(ImageFormat::kJpeg, "an unknown colour space");
  return CheckSize(limits_, decoder.image_width, decoder.image_height, encoded.size());
}

void JpegReader::OnError(j_common_ptr decoder) { std::longjmp(ReaderOf(decoder).failed_, 1); }

void JpegReader::OnMessage(j_common_ptr decoder, int level) {
  constexpr int kWarning = -1;
  if (level == kWarning) OnError(decoder);
}

void JpegReader::OnProgress(j_common_ptr common) {
  JpegReader& reader = ReaderOf(common);
  if (reader.decoder.input_scan_number > reader.limits_.max_scans) {
    reader.cause_ = Cause::kTooManyScans;
    OnError(common);
  }
  if (reader.budget_.Spend()) {
    reader.cause_ = Cause::kTooSlow;
    OnError(common);
  }
}

Error JpegReader::Failure() const {
  if (cause_ == Cause::kTooManyScans) return TooManyScans(limits_);
  if (cause_ == Cause::kTooSlow) return TooSlow(limits_);
  std::array<char, JMSG_LENGTH_MAX> text{};
  // The formatter only reads the decoder, but libjpeg knows no const.
  auto* common = reinterpret_cast<j_common_ptr>(const_cast<jpeg_decompress_struct*>(&decoder));
  errors_.format_message(common, text.data());
  switch (errors_.msg_code) {
    case JERR_NO_BACKING_STORE:
    case JERR_OUT_OF_MEMORY: return TooMuchMemory(limits_);
    case JERR_IMAGE_TOO_BIG: return UnsupportedVariant(ImageFormat::kJpeg, "sides above 65500 pixels");
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT: return UnsupportedVariant(ImageFormat::kJpeg, text.data());
    default: return Corrupt(ImageFormat::kJpeg, text.data());
  }
}

}  // namespace aqua::imaging
