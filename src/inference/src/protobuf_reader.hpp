#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "aqua/base/bytes.hpp"

namespace aqua::inference {

/// Walks the fields of one protobuf message without copying. After Next() returns false, failed() tells a damaged
/// message from the end. Every read is bounds-checked; groups (wire types 3 and 4) are refused.
class ProtobufReader {
 public:
  explicit ProtobufReader(ByteView message) : rest_(message) {}

  /// Moves to the next field. Returns false at the end or when the message is damaged.
  bool Next() {
    if (rest_.empty() || failed_) return false;
    const std::uint64_t key = ReadVarint();
    field_ = static_cast<std::uint32_t>(key >> 3);
    wire_ = static_cast<unsigned>(key & 7);
    if (failed_ || field_ == 0 || key >> 3 > 0x1FFFFFFF) return Fail();
    switch (wire_) {
      case 0: value_ = ReadVarint(); break;
      case 1: payload_ = Take(8); break;
      case 2: payload_ = Take(ReadVarint()); break;
      case 5: payload_ = Take(4); break;
      default: return Fail();
    }
    return !failed_;
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::uint32_t field() const { return field_; }
  [[nodiscard]] bool is_varint() const { return wire_ == 0; }
  [[nodiscard]] bool is_bytes() const { return wire_ == 2; }
  [[nodiscard]] bool is_fixed32() const { return wire_ == 5; }

  /// Value of a varint field; 0 when the field has another wire type.
  [[nodiscard]] std::int64_t integer() const { return wire_ == 0 ? static_cast<std::int64_t>(value_) : 0; }
  /// Payload of a length-delimited field; empty when the field has another wire type.
  [[nodiscard]] ByteView bytes() const { return wire_ == 2 ? payload_ : ByteView{}; }
  [[nodiscard]] std::string_view text() const { return AsText(bytes()); }
  [[nodiscard]] float real() const {
    float value = 0;
    if (wire_ == 5) std::memcpy(&value, payload_.data(), sizeof value);
    return value;
  }

  /// Reads one varint of a packed list that this reader was made over.
  std::uint64_t ReadVarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const std::uint8_t byte = rest_.front();
      rest_ = rest_.subspan(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  bool Fail() {
    failed_ = true;
    return false;
  }
  ByteView Take(std::uint64_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  ByteView rest_;
  ByteView payload_;
  std::uint64_t value_ = 0;
  std::uint32_t field_ = 0;
  unsigned wire_ = 0;
  bool failed_ = false;
};

}  // namespace aqua::inference
