#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"
#include "aqua/contract/description.hpp"
#include "rule_check.hpp"
#include "utf8.hpp"

namespace aqua::contract {
namespace {

std::byte* At(void* object, std::size_t offset) { return static_cast<std::byte*>(object) + offset; }

const std::byte* At(const void* object, std::size_t offset) { return static_cast<const std::byte*>(object) + offset; }

Json DefaultValue(const MemberAccess& access, const void* member, const FieldRules& rules) {
  std::string text;
  access.write(member, rules, text);
  Result<Json> value = ParseJson(text);
  AQUA_ASSERT(value.has_value());
  return *std::move(value);
}

/// What the text of a parameter is in JSON, as its schema wants it. A text that is no such thing stays a string, and reading it
/// then says what it must be.
Json ParameterValue(const Schema& schema, const std::string& text) {
  using Type = Schema::Type;
  const bool number = schema.type == Type::kInteger || schema.type == Type::kNumber;
  if (schema.type == Type::kBoolean && (text == "true" || text == "false")) return Json{text == "true"};
  if (number && !text.empty() && text.find_first_not_of("+-.0123456789Ee") == std::string::npos)
    if (Result<Json> json = ParseJson(text)) return *std::move(json);
  return Json{text};
}

}  // namespace

ObjectCode::ObjectCode(std::string name, std::string description) {
  AQUA_ASSERT(!name.empty());
  schema_.type = Schema::Type::kObject;
  schema_.name = std::move(name);
  schema_.description = std::move(description);
}

void ObjectCode::Add(std::string_view name, const void* sample, const void* sample_member, const MemberAccess& access, const FieldRules& rules) {
  AQUA_ASSERT(!name.empty() && !Position(name));
  Schema schema = access.describe(rules);
  AQUA_ASSERT(RulesFit(rules, schema));
  schema.description = rules.description;
  schema.example = rules.example;
  if (rules.has_default) schema.default_value = DefaultValue(access, sample_member, rules);
  schema_.properties.push_back({std::string(name), std::move(schema), !access.optional && !rules.has_default});
  names_.emplace_back(name);
  const auto offset = static_cast<std::size_t>(static_cast<const std::byte*>(sample_member) - static_cast<const std::byte*>(sample));
  members_.push_back({{}, offset, access, rules});
  WriteJsonString(name, members_.back().key);
  members_.back().key += ':';
}

std::optional<std::size_t> ObjectCode::Position(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  return found == names_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names_.begin()));
}

std::string ObjectCode::UnknownMessage(std::string_view name) const {
  // The search for a likely name takes time with the square of the length.
  constexpr std::size_t kMaxNameBytes = 64;
  const std::optional<std::string> nearest = name.size() <= kMaxNameBytes ? base::Nearest(name, names_) : std::nullopt;
  return nearest ? fmt::format("is not known; did you mean {}?", *nearest) : "is not known";
}

void ObjectCode::Read(const Json& json, void* object, Reader& reader) const {
  const auto* values = std::get_if<Json::Object>(&json.value);
  if (values == nullptr) return reader.FailType("an object", json);
  std::vector<const Json*> found(members_.size(), nullptr);
  std::vector<std::string_view> unknown;
  for (const auto& [name, value] : *values) {
    if (const auto position = Position(name))
      found[*position] = &value;
    else
      unknown.emplace_back(name);
  }
  ReadMembers(found, object, reader);
  for (std::size_t i = 0; i < unknown.size() && !reader.full(); ++i) {
    const Reader::Step step(reader, unknown[i]);
    reader.Fail("unknown_member", UnknownMessage(unknown[i]));
  }
}

void ObjectCode::ReadMembers(std::span<const Json* const> found, void* object, Reader& reader) const {
  static const Json kNull;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    const Reader::Step step(reader, names_[i]);
    if (found[i] != nullptr) {
      member.access.read(*found[i], At(object, member.offset), member.rules, reader);
    } else if (member.rules.has_default) {
      continue;
    } else if (member.access.optional) {
      member.access.read(kNull, At(object, member.offset), member.rules, reader);
    } else {
      reader.Fail("missing", "is required");
    }
  }
}

void ObjectCode::ReadParameters(const Parameters& parameters, void* object, Reader& reader) const {
  std::vector<std::optional<Json>> values(members_.size());
  for (const auto& [name, text] : parameters) {
    if (reader.full()) return;
    const Reader::Step step(reader, name);
    const std::optional<std::size_t> position = Position(name);
    if (!position) {
      reader.Fail("unknown_parameter", UnknownMessage(name));
      continue;
    }
    AddParameter(*position, text, values[*position], reader);
  }
  std::vector<const Json*> found;
  for (const std::optional<Json>& value : values) found.push_back(value ? &*value : nullptr);
  ReadMembers(found, object, reader);
}

void ObjectCode::AddParameter(std::size_t position, const std::string& text, std::optional<Json>& value, Reader& reader) const {
  const Schema& schema = schema_.properties[position].schema;
  const bool is_array = schema.type == Schema::Type::kArray;
  if (FirstInvalidUtf8(text) != std::string::npos) reader.Fail("not_utf8", "must be UTF-8");
  if (!value && is_array) value = Json{Json::Array{}};
  if (is_array)
    std::get<Json::Array>(value->value).push_back(ParameterValue(schema.items.front(), text));
  else if (value)
    reader.Fail("repeated", "must not stand twice");
  else
    value = ParameterValue(schema, text);
}

void ObjectCode::Write(const void* object, std::string& out) const {
  char separator = '{';
  for (const Member& member : members_) {
    out += std::exchange(separator, ',');
    out += member.key;
    member.access.write(At(object, member.offset), member.rules, out);
  }
  out += members_.empty() ? "{}" : "}";
}

}  // namespace aqua::contract
