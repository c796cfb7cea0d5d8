#pragma once

#include <string_view>

#include "aqua/inference/onnx_model.hpp"
#include "protobuf_reader.hpp"

namespace aqua::inference {

/// An error about the model file, named by a machine-readable reason.
Error ModelError(std::string reason, std::string message);

/// The error of a file whose protobuf cannot be read at `what` ("a shape").
Error Damaged(std::string_view what);

/// Appends the values of a repeated int64 field, packed or not. Errors: "model_too_large" beyond `maximum` values in all.
Status AppendIntegers(const ProtobufReader& reader, std::size_t maximum, std::vector<std::int64_t>& values);

/// Reads a TensorProto; refuses external data and a size that does not fit its shape. `tensor.data` stays empty
/// when the file lists the values one by one (int32_data, int64_data) instead of as raw bytes.
Status ParseTensor(ByteView message, OnnxTensor& tensor);

/// Reads a SparseTensorProto for its checks only: both of its tensors must hold their data.
Status CheckSparseTensor(ByteView message);

/// Reads a ValueInfoProto: name, element type and shape.
Status ParseValue(ByteView message, OnnxValue& value);

/// Product of the dimensions, or an error when one is negative or the product overflows.
Result<std::int64_t> ElementCount(const std::vector<std::int64_t>& dims);

/// Bytes of one element; 0 for types we do not run.
std::int64_t ElementBytes(OnnxType type);

}  // namespace aqua::inference
