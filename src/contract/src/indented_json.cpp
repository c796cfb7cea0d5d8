#include "schema_json.hpp"

namespace aqua::contract {
namespace {

void NewLine(std::size_t level, std::string& out) {
  out += '\n';
  out.append(2 * level, ' ');
}

void WriteIndented(const Json& json, std::size_t level, std::string& out) {
  const auto* items = std::get_if<Json::Array>(&json.value);
  const auto* members = std::get_if<Json::Object>(&json.value);
  const std::size_t count = items != nullptr ? items->size() : members != nullptr ? members->size() : 0;
  if (count == 0) return WriteJson(json, out);
  out += items != nullptr ? '[' : '{';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    NewLine(level + 1, out);
    if (members != nullptr) {
      WriteJsonString((*members)[i].first, out);
      out += ": ";
    }
    WriteIndented(items != nullptr ? (*items)[i] : (*members)[i].second, level + 1, out);
  }
  NewLine(level, out);
  out += items != nullptr ? ']' : '}';
}

}  // namespace

void WriteIndentedJson(const Json& json, std::string& out) { WriteIndented(json, 0, out); }

}  // namespace aqua::contract
