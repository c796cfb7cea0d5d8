#pragma once

#include <map>
#include <string>

#include "aqua/contract/json.hpp"
#include "aqua/contract/schema.hpp"

namespace aqua::contract {

/// Turns schemas into JSON Schema 2020-12 as OpenAPI 3.1 has it, and gathers the named ones on the way.
class SchemaJson {
 public:
  /// A reference for a named object, else the schema itself.
  Json Use(const Schema& schema);
  /// The schema of a request body: no members but those described. Answers are open, so that they may grow.
  Json UseInRequest(const Schema& schema);
  /// The schema of a parameter: parameters have no null, and their description stands elsewhere.
  Json UseInParameter(Schema schema);
  /// What was referred to, by name.
  [[nodiscard]] const std::map<std::string, Json>& components() const { return components_; }

 private:
  Json Reference(const Schema& component, const Schema& use);
  Json Inline(const Schema& schema);
  void AddObject(const Schema& schema, Json::Object& out);

  std::map<std::string, Json> components_;
  bool closed_ = false;  ///< objects take no members beyond those described
};

/// Appends JSON on lines, two spaces for each level.
void WriteIndentedJson(const Json& json, std::string& out);

}  // namespace aqua::contract
