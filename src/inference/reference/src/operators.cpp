#include "operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace aqua::inference {
namespace {

using Inputs = std::vector<const Tensor*>;

Error Refuse(std::string_view what) {
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("the reference engine does not run {}", what), "engine_refused");
}

std::int64_t Product(const std::vector<std::int64_t>& dims, std::size_t from = 0) {
  return std::accumulate(dims.begin() + static_cast<std::ptrdiff_t>(from), dims.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<std::int64_t> Integers(const OnnxNode& node, std::string_view name, const std::vector<std::int64_t>& fallback) {
  const OnnxAttribute* attribute = node.Find(name);
  return attribute == nullptr || attribute->integers.empty() ? fallback : attribute->integers;
}

std::int64_t Integer(const OnnxNode& node, std::string_view name, std::int64_t fallback) {
  const OnnxAttribute* attribute = node.Find(name);
  return attribute == nullptr ? fallback : attribute->integer;
}

float Real(const OnnxNode& node, std::string_view name, float fallback) {
  const OnnxAttribute* attribute = node.Find(name);
  return attribute == nullptr ? fallback : attribute->real;
}

/// A window that slides over the last two dimensions of an image tensor [N, C, H, W].
struct Window {
  std::vector<std::int64_t> kernel, strides, pads, dilations;
  std::int64_t out_height = 0, out_width = 0;

  /// Source row (axis 0) or column (axis 1) under kernel position k for output position o; may lie outside the image.
  [[nodiscard]] std::int64_t Source(std::size_t axis, std::int64_t o, std::int64_t k) const { return o * strides[axis] - pads[axis] + k * dilations[axis]; }
};

Result<Window> MakeWindow(const OnnxNode& node, const Tensor& image, std::vector<std::int64_t> kernel) {
  const OnnxAttribute* padding = node.Find("auto_pad");
  if (image.dims.size() != 4 || kernel.size() != 2) return Refuse("windows that are not two-dimensional");
  if ((padding != nullptr && !padding->text.empty() && padding->text != "NOTSET") || Integer(node, "ceil_mode", 0) != 0) return Refuse("automatic padding");
  Window window{std::move(kernel), Integers(node, "strides", {1, 1}), Integers(node, "pads", {0, 0, 0, 0}), Integers(node, "dilations", {1, 1})};
  if (window.strides.size() != 2 || window.pads.size() != 4 || window.dilations.size() != 2) return Refuse("windows that are not two-dimensional");
  for (const auto* list : {&window.kernel, &window.strides, &window.dilations})
    if (std::any_of(list->begin(), list->end(), [](std::int64_t value) { return value < 1 || value > 4096; })) return Refuse("such a window");
  if (std::any_of(window.pads.begin(), window.pads.end(), [](std::int64_t value) { return value < 0 || value > 4096; })) return Refuse("such a window");
  const auto extent = [&](std::size_t axis) {
    return (image.dims[2 + axis] + window.pads[axis] + window.pads[axis + 2] - window.dilations[axis] * (window.kernel[axis] - 1) - 1) / window.strides[axis] +
           1;
  };
  window.out_height = extent(0);
  window.out_width = extent(1);
  if (window.out_height < 1 || window.out_width < 1) return Refuse("a window larger than its image");
  return window;
}

Result<Tensor> Convolve(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.size() < 2 || inputs[0] == nullptr || inputs[1] == nullptr || inputs[1]->dims.size() != 4) return Refuse("such a Conv");
  const Tensor& image = *inputs[0];
  const Tensor& weights = *inputs[1];
  const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
  AQUA_TRY_ASSIGN(const Window window, MakeWindow(node, image, {weights.dims[2], weights.dims[3]}));
  const std::int64_t groups = Integer(node, "group", 1);
  const std::int64_t out_channels = weights.dims[0];
  const std::int64_t group_in = weights.dims[1];
  if (groups < 1 || out_channels % groups != 0 || image.dims[1] != group_in * groups ||
      (bias != nullptr && static_cast<std::int64_t>(bias->values.size()) != out_channels))
    return Refuse("such a Conv");
  const std::int64_t height = image.dims[2];
  const std::int64_t width = image.dims[3];
  Tensor out{{image.dims[0], out_channels, window.out_height, window.out_width}, {}};
  out.values.reserve(static_cast<std::size_t>(Product(out.dims)));
  for (std::int64_t n = 0; n < image.dims[0]; ++n)
    for (std::int64_t channel = 0; channel < out_channels; ++channel)
      for (std::int64_t y = 0; y < window.out_height; ++y)
        for (std::int64_t x = 0; x < window.out_width; ++x) {
          float sum = bias == nullptr ? 0.0F : bias->values[static_cast<std::size_t>(channel)];
          for (std::int64_t c = 0; c < group_in; ++c) {
            const std::int64_t source_channel = channel / (out_channels / groups) * group_in + c;
            const float* plane = image.values.data() + (n * image.dims[1] + source_channel) * height * width;
            const float* kernel = weights.values.data() + (channel * group_in + c) * window.kernel[0] * window.kernel[1];
            for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky) {
              const std::int64_t row = window.Source(0, y, ky);
              if (row < 0 || row >= height) continue;
              for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx) {
                const std::int64_t column = window.Source(1, x, kx);
                if (column >= 0 && column < width) sum += plane[row * width + column] * kernel[ky * window.kernel[1] + kx];
              }
            }
          }
          out.values.push_back(sum);
        }
  return out;
}

Result<Tensor> PoolMaximum(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || inputs[0] == nullptr) return Refuse("such a MaxPool");
  const Tensor& image = *inputs[0];
  AQUA_TRY_ASSIGN(const Window window, MakeWindow(node, image, Integers(node, "kernel_shape", {})));
  Tensor out{{image.dims[0], image.dims[1], window.out_height, window.out_width}, {}};
  const std::int64_t height = image.dims[2];
  const std::int64_t width = image.dims[3];
  for (std::int64_t plane = 0; plane < image.dims[0] * image.dims[1]; ++plane)
    for (std::int64_t y = 0; y < window.out_height; ++y)
      for (std::int64_t x = 0; x < window.out_width; ++x) {
        float top = -std::numeric_limits<float>::infinity();
        for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky)
          for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx) {
            const std::int64_t row = window.Source(0, y, ky);
            const std::int64_t column = window.Source(1, x, kx);
            if (row >= 0 && row < height && column >= 0 && column < width)
              top = std::max(top, image.values[static_cast<std::size_t>((plane * height + row) * width + column)]);
          }
        out.values.push_back(top);
      }
  return out;
}

Result<Tensor> PoolGlobalAverage(const OnnxNode&, const Inputs& inputs) {
  if (inputs.empty() || inputs[0] == nullptr || inputs[0]->dims.size() != 4) return Refuse("such a GlobalAveragePool");
  const Tensor& image = *inputs[0];
  const std::int64_t area = image.dims[2] * image.dims[3];
  Tensor out{{image.dims[0], image.dims[1], 1, 1}, {}};
  for (std::int64_t plane = 0; plane < image.dims[0] * image.dims[1]; ++plane) {
    const float* first = image.values.data() + plane * area;
    out.values.push_back(static_cast<float>(std::accumulate(first, first + area, 0.0) / static_cast<double>(area)));
  }
  return out;
}

template <typename Function>
Operator Elementwise(Function function) {
  return [function](const OnnxNode&, const Inputs& inputs) -> Result<Tensor> {
    if (inputs.empty() || inputs[0] == nullptr) return Refuse("an operator without input");
    Tensor out = *inputs[0];
    std::transform(out.values.begin(), out.values.end(), out.values.begin(), function);
    return out;
  };
}

/// Offset of element `index` (of shape `out`) in a tensor of shape `dims` that is broadcast to it.
std::int64_t BroadcastOffset(std::int64_t index, const std::vector<std::int64_t>& out, const std::vector<std::int64_t>& dims) {
  std::int64_t offset = 0;
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t axis = out.size() - 1 - i;
    const std::int64_t position = index % out[axis];
    index /= out[axis];
    if (i >= dims.size()) continue;
    const std::int64_t size = dims[dims.size() - 1 - i];
    if (size != 1) offset += position * stride;
    stride *= size;
  }
  return offset;
}

template <typename Function>
Operator Broadcast(Function function) {
  return [function](const OnnxNode&, const Inputs& inputs) -> Result<Tensor> {
    if (inputs.size() != 2 || inputs[0] == nullptr || inputs[1] == nullptr) return Refuse("an operator without its two inputs");
    const Tensor& a = *inputs[0];
    const Tensor& b = *inputs[1];
    Tensor out;
    out.dims.resize(std::max(a.dims.size(), b.dims.size()));
    for (std::size_t i = 0; i < out.dims.size(); ++i) {
      const std::int64_t left = i < a.dims.size() ? a.dims[a.dims.size() - 1 - i] : 1;
      const std::int64_t right = i < b.dims.size() ? b.dims[b.dims.size() - 1 - i] : 1;
      if (left != right && left != 1 && right != 1) return Refuse("shapes that cannot be broadcast");
      out.dims[out.dims.size() - 1 - i] = std::max(left, right);
    }
    const std::int64_t count = Product(out.dims);
    out.values.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
      out.values.push_back(function(a.values[static_cast<std::size_t>(BroadcastOffset(i, out.dims, a.dims))],
                                    b.values[static_cast<std::size_t>(BroadcastOffset(i, out.dims, b.dims))]));
    return out;
  };
}

Result<Tensor> Flatten(const OnnxNode& node, const Inputs& inputs) {
  const std::int64_t axis = Integer(node, "axis", 1);
  if (inputs.empty() || inputs[0] == nullptr || axis < 0 || axis > static_cast<std::int64_t>(inputs[0]->dims.size())) return Refuse("such a Flatten");
  Tensor out = *inputs[0];
  const std::int64_t inner = Product(out.dims, static_cast<std::size_t>(axis));
  out.dims = {inner == 0 ? 0 : static_cast<std::int64_t>(out.values.size()) / inner, inner};
  return out;
}

Result<Tensor> Multiply(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.size() < 2 || inputs[0] == nullptr || inputs[1] == nullptr || inputs[0]->dims.size() != 2 || inputs[1]->dims.size() != 2 ||
      Integer(node, "transA", 0) != 0)
    return Refuse("such a Gemm");
  const Tensor& a = *inputs[0];
  const Tensor& b = *inputs[1];
  const Tensor* c = inputs.size() > 2 ? inputs[2] : nullptr;
  const bool transposed = Integer(node, "transB", 0) != 0;
  const std::int64_t rows = a.dims[0];
  const std::int64_t inner = a.dims[1];
  const std::int64_t columns = b.dims[transposed ? 0 : 1];
  if (b.dims[transposed ? 1 : 0] != inner || (c != nullptr && static_cast<std::int64_t>(c->values.size()) != columns)) return Refuse("such a Gemm");
  const float alpha = Real(node, "alpha", 1);
  const float beta = Real(node, "beta", 1);
  Tensor out{{rows, columns}, {}};
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) {
      float sum = 0;
      for (std::int64_t k = 0; k < inner; ++k)
        sum += a.values[static_cast<std::size_t>(row * inner + k)] * b.values[static_cast<std::size_t>(transposed ? column * inner + k : k * columns + column)];
      out.values.push_back(alpha * sum + (c == nullptr ? 0.0F : beta * c->values[static_cast<std::size_t>(column)]));
    }
  return out;
}

Result<Tensor> Softmax(const OnnxNode& node, const Inputs& inputs) {
  if (inputs.empty() || inputs[0] == nullptr || inputs[0]->dims.size() != 2 || Integer(node, "axis", -1) == 0) return Refuse("such a Softmax");
  Tensor out = *inputs[0];
  const auto width = static_cast<std::ptrdiff_t>(out.dims[1]);
  for (auto row = out.values.begin(); row != out.values.end(); row += width) {
    const float top = *std::max_element(row, row + width);
    std::transform(row, row + width, row, [top](float value) { return std::exp(value - top); });
    const float sum = std::accumulate(row, row + width, 0.0F);
    std::transform(row, row + width, row, [sum](float value) { return value / sum; });
  }
  return out;
}

Result<Tensor> Constant(const OnnxNode& node, const Inputs&) {
  const OnnxAttribute* value = node.Find("value");
  if (value == nullptr || !value->tensor || value->tensor->type != OnnxType::kFloat || value->tensor->element_count == 0) return Refuse("such a Constant");
  Tensor out{value->tensor->dims, std::vector<float>(value->tensor->data.size() / sizeof(float))};
  std::copy(value->tensor->data.begin(), value->tensor->data.end(), reinterpret_cast<std::uint8_t*>(out.values.data()));
  return out;
}

}  // namespace

Operator FindOperator(std::string_view op_type) {
  static const std::map<std::string_view, Operator> kOperators = {
      {"Add", Broadcast([](float a, float b) { return a + b; })},
      {"Constant", Constant},
      {"Conv", Convolve},
      {"Flatten", Flatten},
      {"Gemm", Multiply},
      {"GlobalAveragePool", PoolGlobalAverage},
      {"Identity", Elementwise([](float value) { return value; })},
      {"MaxPool", PoolMaximum},
      {"Mul", Broadcast([](float a, float b) { return a * b; })},
      {"Relu", Elementwise([](float value) { return std::max(value, 0.0F); })},
      {"Sigmoid", Elementwise([](float value) { return 1.0F / (1.0F + std::exp(-value)); })},
      {"Softmax", Softmax},
  };
  const auto found = kOperators.find(op_type);
  return found == kOperators.end() ? Operator() : found->second;
}

}  // namespace aqua::inference
