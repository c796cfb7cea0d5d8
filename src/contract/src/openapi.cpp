#include "aqua/contract/openapi.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"
#include "schema_json.hpp"

namespace aqua::contract {
namespace {

constexpr std::string_view kJsonMediaType = "application/json";

Json Text(std::string_view text) { return Json{std::string(text)}; }

void AddText(std::string_view name, const std::string& text, Json::Object& out) {
  if (!text.empty()) out.emplace_back(name, Json{text});
}

Json Content(const Schema* schema, SchemaJson& schemas) {
  Json::Object content;
  if (schema != nullptr) content.emplace_back("schema", schemas.Use(*schema));
  return Json{std::move(content)};
}

Json InfoJson(const ApiInfo& info) {
  Json::Object out = {{"title", Json{info.title}}, {"version", Json{info.version}}};
  AddText("description", info.description, out);
  if (!info.licence.empty()) out.emplace_back("license", Json{Json::Object{{"name", Json{info.licence}}, {"identifier", Json{info.licence}}}});
  return Json{std::move(out)};
}

Json TagsJson(const ApiInfo& info) {
  Json::Array tags;
  for (const auto& [name, description] : info.tags) {
    Json::Object tag = {{"name", Json{name}}};
    AddText("description", description, tag);
    tags.push_back(Json{std::move(tag)});
  }
  return Json{std::move(tags)};
}

void AddParameters(const Schema* parameters, std::string_view place, SchemaJson& schemas, Json::Array& out) {
  if (parameters == nullptr) return;
  for (const Schema::Property& property : parameters->properties) {
    AQUA_ASSERT(place != "path" || property.required);
    Json::Object parameter = {{"name", Json{property.name}}, {"in", Text(place)}};
    AddText("description", property.schema.description, parameter);
    if (property.required) parameter.emplace_back("required", Json{true});
    parameter.emplace_back("schema", schemas.UseInParameter(property.schema));
    if (property.schema.example) parameter.emplace_back("example", *property.schema.example);
    out.push_back(Json{std::move(parameter)});
  }
}

/// The names in braces and the path parameters are the same set.
bool PathFits(const Operation& operation) {
  std::multiset<std::string> in_path;
  for (const std::string_view segment : base::Split(operation.path, '/'))
    if (segment.starts_with('{') && segment.ends_with('}')) in_path.emplace(segment.substr(1, segment.size() - 2));
  std::multiset<std::string> described;
  if (operation.path_parameters != nullptr)
    for (const Schema::Property& property : operation.path_parameters->properties) described.insert(property.name);
  return in_path == described;
}

Json RequestJson(const Operation& operation, SchemaJson& schemas) {
  Json::Object content;
  for (const auto& [media_type, schema] : operation.request_bodies) {
    Json::Object body;
    if (schema != nullptr) body.emplace_back("schema", schemas.UseInRequest(*schema));
    content.emplace_back(media_type, Json{std::move(body)});
  }
  return Json{Json::Object{{"required", Json{operation.body_required}}, {"content", Json{std::move(content)}}}};
}

Json AnswerJson(const Operation::Answer& answer, const ApiInfo& info, SchemaJson& schemas) {
  AQUA_ASSERT(!answer.description.empty());
  Json::Object out = {{"description", Json{answer.description}}};
  Json::Object headers;
  for (const auto& [name, description] : answer.headers)
    headers.emplace_back(name, Json{Json::Object{{"description", Json{description}}, {"schema", Json{Json::Object{{"type", Text("string")}}}}}});
  if (!headers.empty()) out.emplace_back("headers", Json{std::move(headers)});
  const bool is_error = answer.status >= 400 && answer.media_type.empty() && info.error != nullptr;
  const std::string media_type = is_error ? std::string(kJsonMediaType) : answer.media_type;
  const Schema* schema = is_error ? info.error : answer.schema;
  if (!media_type.empty()) out.emplace_back("content", Json{Json::Object{{media_type, Content(schema, schemas)}}});
  return Json{std::move(out)};
}

Json AnswersJson(const Operation& operation, const ApiInfo& info, SchemaJson& schemas) {
  AQUA_ASSERT(!operation.answers.empty());
  Json::Object out;
  for (const Operation::Answer& answer : operation.answers) {
    const std::string status = std::to_string(answer.status);
    const auto known = std::ranges::find(out, status, &Json::Object::value_type::first);
    AQUA_ASSERT(known == out.end());
    out.emplace_back(status, AnswerJson(answer, info, schemas));
  }
  return Json{std::move(out)};
}

void AddExtensions(const Operation& operation, Json::Object& out) {
  Json::Array roles;
  for (const std::string& role : operation.roles) roles.push_back(Json{role});
  if (!roles.empty()) out.emplace_back("x-roles", Json{std::move(roles)});
  AddText("x-scope", operation.scope, out);
  AddText("x-rate-class", operation.rate_class, out);
  if (operation.max_body_bytes > 0) out.emplace_back("x-max-body-bytes", Json{operation.max_body_bytes});
}

Json SecurityJson(const ApiInfo& info) {
  Json::Array any;
  for (const SecurityScheme& scheme : info.security) any.push_back(Json{Json::Object{{scheme.name, Json{Json::Array{}}}}});
  return Json{std::move(any)};
}

Json SecuritySchemesJson(const ApiInfo& info) {
  Json::Object schemes;
  for (const SecurityScheme& scheme : info.security) {
    Json::Object out{{"type", Json{scheme.type}}};
    AddText("scheme", scheme.scheme, out);
    AddText("in", scheme.in, out);
    AddText("name", scheme.key, out);
    AddText("description", scheme.description, out);
    schemes.emplace_back(scheme.name, Json{std::move(out)});
  }
  return Json{std::move(schemes)};
}

Json OperationJson(const Operation& operation, const ApiInfo& info, SchemaJson& schemas) {
  const bool path_and_parameters_agree = PathFits(operation);
  AQUA_ASSERT(path_and_parameters_agree);
  Json::Object out;
  if (!operation.tag.empty()) out.emplace_back("tags", Json{Json::Array{Json{operation.tag}}});
  AddText("summary", operation.summary, out);
  AddText("description", operation.description, out);
  AddText("operationId", operation.operation_id, out);
  Json::Array parameters;
  AddParameters(operation.path_parameters, "path", schemas, parameters);
  AddParameters(operation.query, "query", schemas, parameters);
  if (!parameters.empty()) out.emplace_back("parameters", Json{std::move(parameters)});
  if (!operation.request_bodies.empty()) out.emplace_back("requestBody", RequestJson(operation, schemas));
  out.emplace_back("responses", AnswersJson(operation, info, schemas));
  if (!operation.roles.empty() && !info.security.empty()) out.emplace_back("security", SecurityJson(info));
  AddExtensions(operation, out);
  return Json{std::move(out)};
}

Json PathsJson(const ApiInfo& info, std::span<const Operation> operations, SchemaJson& schemas) {
  Json::Object paths;
  std::set<std::string> ids;
  for (const Operation& operation : operations) {
    const bool id_is_new = operation.operation_id.empty() || ids.insert(operation.operation_id).second;
    AQUA_ASSERT(id_is_new);
    auto entry = std::ranges::find(paths, operation.path, &Json::Object::value_type::first);
    if (entry == paths.end()) entry = paths.insert(paths.end(), {operation.path, Json{Json::Object{}}});
    const std::string method = base::ToLower(operation.method);
    AQUA_ASSERT(entry->second.Find(method) == nullptr);
    std::get<Json::Object>(entry->second.value).emplace_back(method, OperationJson(operation, info, schemas));
  }
  return Json{std::move(paths)};
}

Json::Object ComponentsJson(const ApiInfo& info, const SchemaJson& schemas) {
  Json::Object components;
  for (const auto& [name, schema] : schemas.components()) components.emplace_back(name, schema);
  Json::Object out;
  if (!components.empty()) out.emplace_back("schemas", Json{std::move(components)});
  if (!info.security.empty()) out.emplace_back("securitySchemes", SecuritySchemesJson(info));
  return out;
}

}  // namespace

std::string WriteOpenApi(const ApiInfo& info, std::span<const Operation> operations) {
  SchemaJson schemas;
  Json::Object document = {{"openapi", Text("3.1.0")}, {"info", InfoJson(info)}};
  if (!info.tags.empty()) document.emplace_back("tags", TagsJson(info));
  document.emplace_back("paths", PathsJson(info, operations, schemas));
  if (Json::Object components = ComponentsJson(info, schemas); !components.empty()) document.emplace_back("components", Json{std::move(components)});
  std::string out;
  WriteIndentedJson(Json{std::move(document)}, out);
  out += '\n';
  return out;
}

}  // namespace aqua::contract
