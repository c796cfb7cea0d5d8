#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aqua::inference {

/// Collects what is wrong with a JSON document, each fault with the JSON pointer of its place.
class JsonFaults {
 public:
  void Add(std::string_view pointer, std::string_view what);
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  /// All faults in one line, "; " between them.
  [[nodiscard]] std::string Text() const;

 private:
  static constexpr std::size_t kMaxListed = 20;
  std::vector<std::string> faults_;
  std::size_t count_ = 0;
};

/// Reads the members of one JSON object; whatever is missing or out of bounds is noted, and a harmless value returned.
class JsonFields {
 public:
  JsonFields(const boost::json::value& value, std::string pointer, JsonFaults& faults);

  [[nodiscard]] bool Has(std::string_view name) const;
  std::string Text(std::string_view name, std::size_t max_bytes = 1024) const;
  std::string TextOr(std::string_view name, std::string fallback) const;
  double Number(std::string_view name, double minimum, double maximum) const;
  std::int64_t Integer(std::string_view name, std::int64_t minimum, std::int64_t maximum) const;
  bool Boolean(std::string_view name) const;
  /// A list of exactly `count` numbers.
  std::vector<double> Numbers(std::string_view name, std::size_t count, double minimum, double maximum) const;
  /// As Numbers(), whole ones.
  std::vector<std::int64_t> Integers(std::string_view name, std::size_t count, std::int64_t minimum, std::int64_t maximum) const;
  std::vector<std::string> Texts(std::string_view name) const;
  /// The member as an object; an empty one when it is missing or none.
  JsonFields Object(std::string_view name) const;
  /// Calls `read` for each object of a list with 1 to `maximum` elements.
  void Each(std::string_view name, std::size_t maximum, const std::function<void(const JsonFields&)>& read) const;
  void Fault(std::string_view name, std::string_view what) const;
  /// Names of the members whose values are objects.
  std::vector<std::string> ObjectNames() const;

 private:
  const boost::json::value* Find(std::string_view name, bool required = true) const;
  /// JSON pointer of a member.
  [[nodiscard]] std::string Pointer(std::string_view name) const;

  const boost::json::object* object_;
  std::string pointer_;
  JsonFaults* faults_;
};

}  // namespace aqua::inference
