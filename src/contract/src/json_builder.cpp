#include "json_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "aqua/base/assert.hpp"
#include "pointer.hpp"

namespace aqua::contract {
namespace {

/// The first member whose name stands before it, or npos. Sorting bounds the work whatever the names are.
std::size_t FindDuplicate(const Json::Object& members) {
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const int difference = members[a].first.compare(members[b].first);
    return difference != 0 ? difference < 0 : a < b;
  });
  std::size_t first = std::string::npos;
  for (std::size_t i = 1; i < order.size(); ++i)
    if (members[order[i - 1]].first == members[order[i]].first) first = std::min(first, order[i]);
  return first;
}

}  // namespace

bool JsonBuilder::Fail(std::string message, std::string reason) {
  fault_ = {std::move(message), std::move(reason)};
  return false;
}

bool JsonBuilder::Open(Json container) {
  levels_.push_back({std::move(container)});
  return true;
}

bool JsonBuilder::Close() {
  AQUA_ASSERT(!levels_.empty());
  Json done = std::move(levels_.back().container);
  levels_.pop_back();
  return Add(std::move(done));
}

bool JsonBuilder::EndObject() {
  const auto& members = std::get<Json::Object>(levels_.back().container.value);
  const std::size_t duplicate = FindDuplicate(members);
  if (duplicate == std::string::npos) return Close();
  return Fail(fmt::format("the member {} stands twice", PointerTo(members[duplicate].first)), "json_duplicate_member");
}

bool JsonBuilder::Add(Json value) {
  if (++values_ > limits_.max_values) return Fail(fmt::format("there are more than {} values", limits_.max_values), "json_too_many_values");
  if (levels_.empty()) {
    root_ = std::move(value);
    return true;
  }
  Level& level = levels_.back();
  if (auto* items = std::get_if<Json::Array>(&level.container.value))
    items->push_back(std::move(value));
  else
    std::get<Json::Object>(level.container.value).emplace_back(std::move(level.key), std::move(value));
  return true;
}

bool JsonBuilder::AddText(std::string_view part) {
  if (part.size() > limits_.max_string_bytes - std::min(text_.size(), limits_.max_string_bytes))
    return Fail(fmt::format("a string is longer than {} bytes", limits_.max_string_bytes), "json_string_too_long");
  text_ += part;
  return true;
}

bool JsonBuilder::EndString() { return Add(Json{std::exchange(text_, {})}); }

bool JsonBuilder::EndKey() {
  levels_.back().key = std::exchange(text_, {});
  return true;
}

bool JsonBuilder::CheckNumber(std::string_view text) {
  if (text.size() <= limits_.max_number_characters) return true;
  return Fail(fmt::format("a number is longer than {} characters", limits_.max_number_characters), "json_number_too_long");
}

bool JsonBuilder::AddInteger(std::string_view text, std::int64_t value) {
  if (!CheckNumber(text)) return false;
  // Integers have no negative zero.
  return value == 0 && text.front() == '-' ? Add(Json{-0.0}) : Add(Json{value});
}

bool JsonBuilder::AddReal(std::string_view text, double estimate) {
  if (!CheckNumber(text)) return false;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (std::abs(estimate) > 1) return Fail("a number is out of range", "json_malformed");
    value = std::copysign(0.0, estimate);
  }
  return Add(Json{value});
}

std::string JsonBuilder::PointerTo(std::string_view member) const {
  std::string pointer;
  for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
    const Level& level = levels_[i];
    const auto* items = std::get_if<Json::Array>(&level.container.value);
    AppendPointer(pointer, items != nullptr ? std::to_string(items->size()) : level.key);
  }
  AppendPointer(pointer, member);
  return pointer;
}

}  // namespace aqua::contract
