#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/contract/json.hpp"

namespace aqua::contract {

/// Puts a Json together from what a parser meets, on a stack of its own, and keeps the limits. Each function returns whether to go
/// on; after false, fault() says why.
class JsonBuilder {
 public:
  /// Why the text is refused, still without its place.
  struct Fault {
    std::string message;
    std::string reason;
  };

  explicit JsonBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool BeginArray() { return Open(Json{Json::Array{}}); }
  bool BeginObject() { return Open(Json{Json::Object{}}); }
  bool EndArray() { return Close(); }
  bool EndObject();
  bool AddText(std::string_view part);
  bool EndString();
  bool EndKey();
  /// text: the whole number; estimate: its value, not exactly.
  bool AddReal(std::string_view text, double estimate);
  bool AddInteger(std::string_view text, std::int64_t value);
  bool AddNatural(std::string_view text, std::uint64_t value) { return CheckNumber(text) && Add(Json{value}); }
  bool AddPlain(Json value) { return Add(std::move(value)); }

  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }
  /// The whole value. Requires: all that was begun has ended.
  Json Take() { return std::move(root_); }

 private:
  struct Level {
    Json container;
    std::string key = {};  ///< of the member that is being read
  };

  bool Fail(std::string message, std::string reason);
  bool Open(Json container);
  bool Close();
  bool Add(Json value);
  bool CheckNumber(std::string_view text);
  [[nodiscard]] std::string PointerTo(std::string_view member) const;

  const JsonLimits& limits_;
  std::vector<Level> levels_;
  std::string text_;  ///< string or key, as far as it was read
  std::size_t values_ = 0;
  Json root_;
  std::optional<Fault> fault_;
};

}  // namespace aqua::contract
