#include "bare_pipeline.hpp"

#include <jpeglib.h>
#include <cstdio>

#include <algorithm>
#include <array>
#include <openvino/openvino.hpp>

#include "resize.hpp"

namespace aqua::bench {

struct BareDecoder::State {
  imaging::PreprocessSpec spec;
  std::array<std::array<float, 256>, 3> table{};
  imaging::Image image;
  Bytes row;
  imaging::Resizer resizer;
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
};

BareDecoder::BareDecoder(imaging::PreprocessSpec spec) : state_(std::make_unique<State>()) {
  state_->spec = std::move(spec);
  state_->row.resize(static_cast<std::size_t>(state_->spec.width) * 3);
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t value = 0; value < 256; ++value)
      state_->table[channel][value] = (static_cast<float>(value) / 255.0F - state_->spec.mean[channel]) / state_->spec.std[channel];
  state_->jpeg.err = jpeg_std_error(&state_->errors);
  jpeg_create_decompress(&state_->jpeg);
}

BareDecoder::~BareDecoder() { jpeg_destroy_decompress(&state_->jpeg); }

void BareDecoder::Run(ByteView encoded, std::span<float> tensor) {
  State& s = *state_;
  jpeg_decompress_struct& jpeg = s.jpeg;
  jpeg_mem_src(&jpeg, encoded.data(), encoded.size());
  jpeg_read_header(&jpeg, TRUE);
  const imaging::Placement place = imaging::Place(s.spec, static_cast<int>(jpeg.image_width), static_cast<int>(jpeg.image_height));
  jpeg.scale_denom = 8;
  for (const unsigned eighths : {1U, 2U, 4U, 8U}) {
    jpeg.scale_num = eighths;
    if (jpeg.image_width * eighths >= 8U * static_cast<unsigned>(place.width) && jpeg.image_height * eighths >= 8U * static_cast<unsigned>(place.height)) break;
  }
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  s.image.width = static_cast<int>(jpeg.output_width);
  s.image.height = static_cast<int>(jpeg.output_height);
  s.image.pixels.resize(std::size_t{3} * jpeg.output_width * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    std::uint8_t* row = s.image.pixels.data() + std::size_t{3} * jpeg.output_width * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  const double scale = jpeg.scale_num / 8.0;
  const double extent_width = jpeg.image_width * scale;
  const double extent_height = jpeg.image_height * scale;
  jpeg_finish_decompress(&jpeg);

  const auto width = static_cast<std::size_t>(s.spec.width);
  const auto plane = width * static_cast<std::size_t>(s.spec.height);
  for (std::size_t channel = 0; channel < 3; ++channel) std::fill_n(tensor.data() + channel * plane, plane, s.table[channel][s.spec.pad[channel]]);
  s.resizer.Prepare(s.spec, place, s.image, extent_width, extent_height);
  for (int y = 0; y < place.height; ++y) {
    s.resizer.Row(s.image, y, 0, place.width, s.row.data());
    const std::size_t offset = static_cast<std::size_t>(y + place.top) * width + static_cast<std::size_t>(place.left);
    for (std::size_t channel = 0; channel < 3; ++channel)
      for (std::size_t x = 0; x < static_cast<std::size_t>(place.width); ++x) tensor[channel * plane + offset + x] = s.table[channel][s.row[3 * x + channel]];
  }
}

struct BarePipeline::State {
  explicit State(const imaging::PreprocessSpec& spec) : decoder(spec) {}
  BareDecoder decoder;
  ov::Core core;
  ov::CompiledModel network;
  ov::InferRequest request;
};

BarePipeline::BarePipeline(const std::string& onnx, const imaging::PreprocessSpec& spec) : state_(std::make_unique<State>(spec)) {
  const auto model = state_->core.read_model(onnx);
  model->reshape({1, 3, spec.height, spec.width});
  state_->network = state_->core.compile_model(model, "CPU", ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::inference_num_threads(1),
                                               ov::num_streams(1), ov::hint::enable_cpu_pinning(false), ov::hint::inference_precision(ov::element::f32));
  state_->request = state_->network.create_infer_request();
}

BarePipeline::~BarePipeline() = default;

std::size_t BarePipeline::Run(ByteView jpeg) {
  ov::Tensor input = state_->request.get_input_tensor();
  state_->decoder.Run(jpeg, {input.data<float>(), input.get_size()});
  state_->request.infer();
  const ov::Tensor output = state_->request.get_output_tensor(0);
  const float* logits = output.data<float>();
  return static_cast<std::size_t>(std::max_element(logits, logits + output.get_size()) - logits);
}

}  // namespace aqua::bench
