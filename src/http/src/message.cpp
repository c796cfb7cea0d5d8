#include "aqua/http/message.hpp"

#include <algorithm>
#include <array>

#include "aqua/base/assert.hpp"
#include "field_value.hpp"

namespace aqua::http {

std::string_view Name(Method method) {
  constexpr std::array<std::string_view, 6> kNames = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return kNames.at(static_cast<std::size_t>(method));
}

std::optional<std::string_view> Headers::Find(std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (EqualIgnoringCase(field, name)) return value;
  return std::nullopt;
}

void Headers::Add(std::string name, std::string value) {
  AQUA_ASSERT(IsToken(name) && IsFieldText(value));
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::Set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return EqualIgnoringCase(field.first, name); });
  Add(std::move(name), std::move(value));
}

const std::string& Request::PathParameter(std::string_view name) const {
  const auto found = std::find_if(path_parameters.begin(), path_parameters.end(), [&](const auto& parameter) { return parameter.first == name; });
  AQUA_ASSERT(found != path_parameters.end());
  return found->second;
}

}  // namespace aqua::http
