#include "json_fields.hpp"

#include <fmt/format.h>

#include <cmath>

#include "aqua/base/text.hpp"

namespace aqua::inference {
namespace json = boost::json;

void JsonFaults::Add(std::string_view pointer, std::string_view what) {
  ++count_;
  if (faults_.size() < kMaxListed) faults_.push_back(fmt::format("{} {}", pointer.empty() ? "/" : base::Printable(pointer), what));
}

std::string JsonFaults::Text() const {
  std::string text;
  for (const std::string& fault : faults_) text += (text.empty() ? "" : "; ") + fault;
  if (count_ > faults_.size()) text += fmt::format("; and {} more", count_ - faults_.size());
  return text;
}

JsonFields::JsonFields(const json::value& value, std::string pointer, JsonFaults& faults)
    : object_(value.if_object()), pointer_(std::move(pointer)), faults_(&faults) {
  if (object_ == nullptr) faults_->Add(pointer_, "must be an object");
}

const json::value* JsonFields::Find(std::string_view name, bool required) const {
  const json::value* found = object_ == nullptr ? nullptr : object_->if_contains(name);
  if (found == nullptr && required && object_ != nullptr) Fault(name, "is missing");
  return found;
}

void JsonFields::Fault(std::string_view name, std::string_view what) const { faults_->Add(Pointer(name), what); }

std::string JsonFields::Pointer(std::string_view name) const {
  std::string pointer = pointer_ + "/";
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

bool JsonFields::Has(std::string_view name) const {
  const json::value* found = Find(name, false);
  return found != nullptr && !found->is_null();
}

std::string JsonFields::Text(std::string_view name, std::size_t max_bytes) const {
  const json::value* found = Find(name);
  if (found == nullptr) return {};
  const json::string* text = found->if_string();
  if (text == nullptr || text->empty() || text->size() > max_bytes) {
    Fault(name, fmt::format("must be a text of 1 to {} bytes", max_bytes));
    return {};
  }
  return std::string(*text);
}

std::string JsonFields::TextOr(std::string_view name, std::string fallback) const { return Has(name) ? Text(name) : std::move(fallback); }

double JsonFields::Number(std::string_view name, double minimum, double maximum) const {
  const json::value* found = Find(name);
  if (found == nullptr) return minimum;
  const double value = found->is_number() ? found->to_number<double>() : std::nan("");
  if (value >= minimum && value <= maximum) return value;
  Fault(name, fmt::format("must be a number from {} to {}", minimum, maximum));
  return minimum;
}

std::int64_t JsonFields::Integer(std::string_view name, std::int64_t minimum, std::int64_t maximum) const {
  const json::value* found = Find(name);
  if (found == nullptr) return minimum;
  json::error_code failure;
  const auto value = found->to_number<std::int64_t>(failure);
  if (!failure && value >= minimum && value <= maximum) return value;
  Fault(name, fmt::format("must be a whole number from {} to {}", minimum, maximum));
  return minimum;
}

bool JsonFields::Boolean(std::string_view name) const {
  const json::value* found = Find(name);
  if (found == nullptr) return false;
  if (!found->is_bool()) Fault(name, "must be true or false");
  return found->is_bool() && found->get_bool();
}

std::vector<double> JsonFields::Numbers(std::string_view name, std::size_t count, double minimum, double maximum) const {
  const json::value* found = Find(name);
  std::vector<double> fallback(count, minimum);
  if (found == nullptr) return fallback;
  std::vector<double> values;
  if (const json::array* list = found->if_array(); list != nullptr && list->size() == count)
    for (const json::value& entry : *list)
      if (entry.is_number() && entry.to_number<double>() >= minimum && entry.to_number<double>() <= maximum) values.push_back(entry.to_number<double>());
  if (values.size() == count) return values;
  Fault(name, fmt::format("must be a list of {} numbers from {} to {}", count, minimum, maximum));
  return fallback;
}

std::vector<std::int64_t> JsonFields::Integers(std::string_view name, std::size_t count, std::int64_t minimum, std::int64_t maximum) const {
  const json::value* found = Find(name);
  std::vector<std::int64_t> fallback(count, minimum);
  if (found == nullptr) return fallback;
  std::vector<std::int64_t> values;
  if (const json::array* list = found->if_array(); list != nullptr && list->size() == count)
    for (const json::value& entry : *list) {
      json::error_code failure;
      const auto value = entry.to_number<std::int64_t>(failure);
      if (!failure && value >= minimum && value <= maximum) values.push_back(value);
    }
  if (values.size() == count) return values;
  Fault(name, fmt::format("must be a list of {} whole numbers from {} to {}", count, minimum, maximum));
  return fallback;
}

std::vector<std::string> JsonFields::Texts(std::string_view name) const {
  constexpr std::size_t kMax = 64;
  const json::value* found = Find(name, false);
  std::vector<std::string> values;
  if (found == nullptr) return values;
  const json::array* list = found->if_array();
  if (list != nullptr && list->size() <= kMax)
    for (const json::value& entry : *list)
      if (entry.is_string()) values.emplace_back(entry.get_string());
  if (list == nullptr || values.size() != list->size()) Fault(name, fmt::format("must be a list of at most {} texts", kMax));
  return values;
}

JsonFields JsonFields::Object(std::string_view name) const {
  static const json::value kEmpty = json::object();
  const json::value* found = Find(name);
  if (found != nullptr) return {*found, Pointer(name), *faults_};
  // The missing object is one fault, not one for each of its members.
  JsonFields nothing(kEmpty, pointer_, *faults_);
  nothing.object_ = nullptr;
  return nothing;
}

void JsonFields::Each(std::string_view name, std::size_t maximum, const std::function<void(const JsonFields&)>& read) const {
  const json::value* found = Find(name);
  if (found == nullptr) return;
  const json::array* list = found->if_array();
  if (list == nullptr || list->empty() || list->size() > maximum) {
    Fault(name, fmt::format("must be a list of 1 to {} objects", maximum));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) read(JsonFields((*list)[i], fmt::format("{}/{}/{}", pointer_, name, i), *faults_));
}

std::vector<std::string> JsonFields::ObjectNames() const {
  std::vector<std::string> names;
  if (object_ != nullptr)
    for (const auto& member : *object_)
      if (member.value().is_object()) names.emplace_back(member.key());
  return names;
}

}  // namespace aqua::inference
