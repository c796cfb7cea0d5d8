#include "onnx_tensor_parser.hpp"

#include <fmt/format.h>

#include "aqua/base/text.hpp"
#include "protobuf_reader.hpp"

namespace aqua::inference {
namespace {

constexpr std::size_t kMaxDimensions = 16;

Status ParseShape(ByteView message, std::vector<std::int64_t>& shape) {
  ProtobufReader dims(message);
  while (dims.Next()) {
    if (dims.field() != 1) continue;
    std::int64_t size = -1;
    ProtobufReader dim(dims.bytes());
    while (dim.Next())
      if (dim.field() == 1 && dim.is_varint()) size = dim.integer();
    if (dim.failed()) return Damaged("a shape");
    if (size < -1 || shape.size() == kMaxDimensions) return ModelError("unsupported_shape", "a declared shape is negative or has too many dimensions");
    shape.push_back(size);
  }
  return dims.failed() ? Status(Damaged("a shape")) : Status();
}

/// Counts the values of a repeated integer field, packed or not.
Status CountIntegers(const ProtobufReader& reader, std::int64_t& count) {
  if (reader.is_varint()) {
    ++count;
    return {};
  }
  ProtobufReader packed(reader.bytes());
  for (; !packed.at_end(); ++count) {
    packed.ReadVarint();
    if (packed.failed()) return Damaged("a list of numbers");
  }
  return {};
}

/// Where protobuf keeps the elements of a type when they are not raw: one of the typed lists.
enum class ElementList { kNone, kFloats, kDoubles, kIntegers };

ElementList ListFor(OnnxType type) {
  switch (type) {
    case OnnxType::kUndefined: return ElementList::kNone;
    case OnnxType::kFloat: return ElementList::kFloats;
    case OnnxType::kDouble: return ElementList::kDoubles;
    default: return ElementList::kIntegers;
  }
}

Status ParseType(ByteView message, OnnxValue& value) {
  ProtobufReader type(message);
  while (type.Next()) {
    if (type.field() != 1) return ModelError("unsupported_shape", fmt::format("value '{}' is not a tensor", base::Printable(value.name.substr(0, 64))));
    ProtobufReader tensor(type.bytes());
    while (tensor.Next()) {
      if (tensor.field() == 1) value.type = static_cast<OnnxType>(tensor.integer());
      if (tensor.field() == 2) AQUA_TRY(ParseShape(tensor.bytes(), value.shape));
    }
    if (tensor.failed()) return Damaged("a type");
  }
  return type.failed() ? Status(Damaged("a type")) : Status();
}

}  // namespace

Status AppendIntegers(const ProtobufReader& reader, std::size_t maximum, std::vector<std::int64_t>& values) {
  const auto too_many = [&] { return MakeError(ErrorCode::kResourceExhausted, "a list of numbers is too long", "model_too_large"); };
  if (reader.is_varint()) {
    if (values.size() >= maximum) return too_many();
    values.push_back(reader.integer());
    return {};
  }
  ProtobufReader packed(reader.bytes());
  while (!packed.at_end()) {
    if (values.size() >= maximum) return too_many();
    values.push_back(static_cast<std::int64_t>(packed.ReadVarint()));
    if (packed.failed()) return Damaged("a list of numbers");
  }
  return {};
}

Error Damaged(std::string_view what) { return ModelError("model_malformed", fmt::format("the file is damaged: {} cannot be read", what)); }

Error ModelError(std::string reason, std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), std::move(reason)); }

std::int64_t ElementBytes(OnnxType type) {
  switch (type) {
    case OnnxType::kUint8:
    case OnnxType::kInt8:
    case OnnxType::kBool: return 1;
    case OnnxType::kFloat16:
    case OnnxType::kBfloat16: return 2;
    case OnnxType::kFloat:
    case OnnxType::kInt32: return 4;
    case OnnxType::kInt64:
    case OnnxType::kDouble: return 8;
    case OnnxType::kUndefined: return 0;
  }
  return 0;
}

Result<std::int64_t> ElementCount(const std::vector<std::int64_t>& dims) {
  constexpr std::int64_t kMax = 1LL << 40;
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0) return ModelError("unsupported_shape", "a tensor has a negative dimension");
    if (dim != 0 && count > kMax / dim) return MakeError(ErrorCode::kResourceExhausted, "a tensor is absurdly large", "model_too_large");
    count *= dim;
  }
  return count;
}

Status ParseTensor(ByteView message, OnnxTensor& tensor) {
  std::int64_t listed = 0;                  // elements of int32_data, int64_data or uint64_data: one varint each
  ElementList filled = ElementList::kNone;  // the typed list that holds the elements, if one does
  ProtobufReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1: AQUA_TRY(AppendIntegers(reader, kMaxDimensions, tensor.dims)); break;
      case 2: tensor.type = static_cast<OnnxType>(reader.integer()); break;
      case 4:   // float_data
      case 9:   // raw_data
      case 10:  // double_data
        if (!reader.is_bytes() || !tensor.data.empty()) return Damaged("a tensor");
        tensor.data = reader.bytes();
        if (reader.field() != 9) filled = reader.field() == 4 ? ElementList::kFloats : ElementList::kDoubles;
        break;
      case 5:
      case 7:
      case 11:
        filled = ElementList::kIntegers;
        AQUA_TRY(CountIntegers(reader, listed));
        break;
      case 6: return ModelError("unsupported_operator", "a tensor holds text, which is not supported");
      case 8: tensor.name = reader.text(); break;
      case 13: return ModelError("external_data", "a tensor keeps its data in another file; export the model as one self-contained file");
      case 14:
        if (reader.integer() != 0) return ModelError("external_data", "a tensor keeps its data outside the file; export the model as one self-contained file");
        break;
      default: break;
    }
  }
  if (reader.failed()) return Damaged("a tensor");
  AQUA_TRY_ASSIGN(tensor.element_count, ElementCount(tensor.dims));
  const std::int64_t width = ElementBytes(tensor.type);
  if (width == 0)
    return ModelError("unsupported_operator", fmt::format("tensor '{}' has an element type that is not supported", base::Printable(tensor.name.substr(0, 64))));
  const bool fits = filled == ElementList::kNone || filled == ListFor(tensor.type);
  const bool complete =
      listed == 0 ? tensor.element_count * width == static_cast<std::int64_t>(tensor.data.size()) : tensor.element_count == listed && tensor.data.empty();
  if (!fits || !complete)
    return ModelError("model_malformed", fmt::format("tensor '{}' does not hold as many values as its shape says", base::Printable(tensor.name.substr(0, 64))));
  return {};
}

Status CheckSparseTensor(ByteView message) {
  ProtobufReader reader(message);
  while (reader.Next()) {
    if (reader.field() != 1 && reader.field() != 2) continue;
    OnnxTensor tensor;
    AQUA_TRY(ParseTensor(reader.bytes(), tensor));
  }
  return reader.failed() ? Status(Damaged("a sparse tensor")) : Status();
}

Status ParseValue(ByteView message, OnnxValue& value) {
  ProtobufReader reader(message);
  ByteView type;
  while (reader.Next()) {
    if (reader.field() == 1) value.name = reader.text();
    if (reader.field() != 2) continue;
    if (!type.empty()) return Damaged("a value");
    type = reader.bytes();
  }
  if (reader.failed()) return Damaged("a value");
  return ParseType(type, value);
}

}  // namespace aqua::inference
