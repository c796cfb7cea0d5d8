#include "schema_json.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "aqua/base/assert.hpp"

namespace aqua::contract {
namespace {

void AddText(std::string_view name, const std::string& text, Json::Object& out) {
  if (!text.empty()) out.emplace_back(name, Json{text});
}

void AddJson(std::string_view name, const std::optional<Json>& json, Json::Object& out) {
  if (json) out.emplace_back(name, *json);
}

void AddNumber(std::string_view name, const std::optional<double>& number, Json::Object& out) {
  if (number) out.emplace_back(name, Json{*number});
}

void AddCount(std::string_view name, const std::optional<std::size_t>& count, Json::Object& out) {
  if (count) out.emplace_back(name, Json{std::uint64_t{*count}});
}

void AddType(const Schema& schema, Json::Object& out) {
  constexpr std::array<std::string_view, 7> kNames = {"", "string", "integer", "number", "boolean", "array", "object"};
  if (schema.type == Schema::Type::kAny) return;
  const Json name{std::string(kNames.at(static_cast<std::size_t>(schema.type)))};
  out.emplace_back("type", schema.nullable ? Json{Json::Array{name, Json{std::string("null")}}} : name);
}

void AddTextRules(const Schema& schema, Json::Object& out) {
  if (schema.format == "binary")
    AddText("contentMediaType", "application/octet-stream", out);
  else
    AddText("format", schema.format, out);
  AddText("pattern", schema.pattern, out);
  AddCount("minLength", schema.min_length, out);
  AddCount("maxLength", schema.max_length, out);
  if (schema.enum_values.empty()) return;
  Json::Array values;
  for (const std::string& value : schema.enum_values) values.push_back(Json{value});
  if (schema.nullable) values.emplace_back();
  out.emplace_back("enum", Json{std::move(values)});
}

void AddNotes(const Schema& schema, Json::Object& out) {
  AddText("description", schema.description, out);
  AddJson("default", schema.default_value, out);
  if (schema.example) out.emplace_back("examples", Json{Json::Array{*schema.example}});
}

bool IsSame(const Json& a, const Json& b) {
  std::string first;
  std::string second;
  WriteJson(a, first);
  WriteJson(b, second);
  return first == second;
}

}  // namespace

Json SchemaJson::Use(const Schema& schema) {
  if (schema.component != nullptr) return Reference(*schema.component, schema);
  if (!schema.name.empty()) return Reference(schema, {});
  return Inline(schema);
}

Json SchemaJson::UseInRequest(const Schema& schema) {
  closed_ = true;
  Json json = Use(schema);
  closed_ = false;
  return json;
}

Json SchemaJson::UseInParameter(Schema schema) {
  schema.nullable = false;
  schema.description.clear();
  schema.example.reset();
  if (schema.default_value && std::holds_alternative<std::nullptr_t>(schema.default_value->value)) schema.default_value.reset();
  return Use(schema);
}

Json SchemaJson::Reference(const Schema& component, const Schema& use) {
  Json definition = Inline(component);
  const auto [known, added] = components_.try_emplace(component.name, definition);
  const bool one_schema_of_a_name = added || IsSame(known->second, definition);
  AQUA_ASSERT(one_schema_of_a_name);
  Json::Object out = {{"$ref", Json{"#/components/schemas/" + component.name}}};
  if (use.nullable) out = {{"anyOf", Json{Json::Array{Json{std::move(out)}, Json{Json::Object{{"type", Json{std::string("null")}}}}}}}};
  AddNotes(use, out);
  return Json{std::move(out)};
}

Json SchemaJson::Inline(const Schema& schema) {
  Json::Object out;
  AddType(schema, out);
  AddTextRules(schema, out);
  AddNumber("minimum", schema.minimum, out);
  AddNumber("maximum", schema.maximum, out);
  if (schema.type == Schema::Type::kObject) AddObject(schema, out);
  if (schema.type == Schema::Type::kArray) {
    out.emplace_back("items", Use(schema.items.at(0)));
    AddCount("minItems", schema.min_items, out);
    AddCount("maxItems", schema.max_items, out);
    if (schema.unique_items) out.emplace_back("uniqueItems", Json{true});
  }
  AddNotes(schema, out);
  return Json{std::move(out)};
}

void SchemaJson::AddObject(const Schema& schema, Json::Object& out) {
  Json::Object properties;
  Json::Array required;
  for (const Schema::Property& property : schema.properties) {
    properties.emplace_back(property.name, Use(property.schema));
    if (property.required) required.push_back(Json{property.name});
  }
  if (!properties.empty()) out.emplace_back("properties", Json{std::move(properties)});
  if (!required.empty()) out.emplace_back("required", Json{std::move(required)});
  if (!schema.additional.empty()) out.emplace_back("additionalProperties", Use(schema.additional.front()));
  if (schema.additional.empty() && closed_) out.emplace_back("additionalProperties", Json{false});
  AddCount("minProperties", schema.min_items, out);
  AddCount("maxProperties", schema.max_items, out);
}

}  // namespace aqua::contract
