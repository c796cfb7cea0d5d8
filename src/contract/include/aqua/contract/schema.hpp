#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "aqua/contract/json.hpp"

namespace aqua::contract {

/// What is wrong with one place of the input. `message` continues the pointer: "/limit" "must be at most 500".
/// `type` is stable: missing, wrong_type, unknown_member, unknown_parameter, repeated, unknown_value, out_of_range, too_short, too_long,
/// pattern, too_few_items, too_many_items, not_unique, null_character, not_utf8, and too_many_faults as the last of a list that was cut.
struct Fault {
  std::string pointer;  ///< JSON pointer (RFC 6901); parts longer than 128 bytes are cut
  std::string message;
  std::string type;
};

/// What OpenAPI says about a value. Made by SchemaOf(); the contract of a type, without its C++ type.
struct Schema {
  enum class Type { kAny, kString, kInteger, kNumber, kBoolean, kArray, kObject };
  struct Property;

  Type type = Type::kAny;
  bool nullable = false;
  /// Objects with a name stand once among the components of a document and are referred to.
  std::string name = {};
  /// Set where a named object is used: all but description, nullable, example and default comes from there. Must outlive this.
  const Schema* component = nullptr;

  std::string description = {};
  std::string format = {};  ///< "binary" becomes contentMediaType
  std::string pattern = {};
  std::optional<Json> example = {};
  std::optional<Json> default_value = {};
  std::vector<std::string> enum_values = {};

  std::optional<double> minimum = {}, maximum = {};             ///< inclusive
  std::optional<std::size_t> min_length = {}, max_length = {};  ///< code points
  std::optional<std::size_t> min_items = {}, max_items = {};    ///< members where the type is an object
  bool unique_items = false;

  std::vector<Schema> items = {};       ///< of arrays: one
  std::vector<Schema> additional = {};  ///< of maps: one, for every value
  std::vector<Property> properties;
};

struct Schema::Property {
  std::string name;
  Schema schema;
  bool required = true;
};

}  // namespace aqua::contract
