#include "aqua/contract/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "pointer.hpp"

namespace aqua::contract {
namespace {

constexpr std::size_t kMaxFaults = 100;

std::string_view KindOf(const Json& json) {
  struct Kind {
    std::string_view operator()(std::nullptr_t) const { return "null"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "a number"; }
    std::string_view operator()(std::uint64_t) const { return "a number"; }
    std::string_view operator()(double) const { return "a number"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const Json::Array&) const { return "an array"; }
    std::string_view operator()(const Json::Object&) const { return "an object"; }
  };
  return std::visit(Kind(), json.value);
}

/// The first item that equals one before it, or npos. Items equal when their JSON does.
std::size_t FindRepeated(const Json::Array& items) {
  std::vector<std::pair<std::string, std::size_t>> texts(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    WriteJson(items[i], texts[i].first);
    texts[i].second = i;
  }
  std::ranges::sort(texts);
  std::size_t first = std::string::npos;
  for (std::size_t i = 1; i < texts.size(); ++i)
    if (texts[i - 1].first == texts[i].first) first = std::min(first, texts[i].second);
  return first;
}

}  // namespace

Reader::Step::Step(Reader& reader, std::string_view member) : reader_(reader), length_(reader.pointer_.size()) { AppendPointer(reader.pointer_, member); }

Reader::Step::Step(Reader& reader, std::size_t item) : Step(reader, std::to_string(item)) {}

bool Reader::full() const { return faults_.size() - begin_ > kMaxFaults; }

void Reader::Fail(std::string_view type, std::string message) {
  const std::size_t count = faults_.size() - begin_;
  if (count < kMaxFaults)
    faults_.push_back({pointer_, std::move(message), std::string(type)});
  else if (count == kMaxFaults)
    faults_.push_back({"", "has more faults than are listed", "too_many_faults"});
}

void Reader::FailType(std::string_view expected, const Json& json) { Fail("wrong_type", fmt::format("must be {}, not {}", expected, KindOf(json))); }

const Json::Array* Reader::Items(const Json& json, const FieldRules& rules) {
  const auto* items = std::get_if<Json::Array>(&json.value);
  if (items == nullptr) {
    FailType("an array", json);
    return nullptr;
  }
  if (!CheckCount(items->size(), rules, "items")) return nullptr;
  const std::size_t repeated = rules.unique ? FindRepeated(*items) : std::string::npos;
  if (repeated != std::string::npos) {
    const Step step(*this, repeated);
    Fail("not_unique", "stands in the array before");
  }
  return items;
}

const Json::Object* Reader::Members(const Json& json, const FieldRules& rules) {
  const auto* members = std::get_if<Json::Object>(&json.value);
  if (members == nullptr) {
    FailType("an object", json);
    return nullptr;
  }
  return CheckCount(members->size(), rules, "members") ? members : nullptr;
}

bool Reader::CheckCount(std::size_t count, const FieldRules& rules, std::string_view noun) {
  if (rules.min_items && count < *rules.min_items) Fail("too_few_items", fmt::format("must have at least {} {}", *rules.min_items, noun));
  if (!rules.max_items || count <= *rules.max_items) return true;
  Fail("too_many_items", fmt::format("must have at most {} {}", *rules.max_items, noun));
  return false;
}

}  // namespace aqua::contract
