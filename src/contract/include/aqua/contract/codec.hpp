#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "aqua/base/assert.hpp"
#include "aqua/contract/json.hpp"
#include "aqua/contract/reader.hpp"
#include "aqua/contract/rules.hpp"
#include "aqua/contract/schema.hpp"

namespace aqua::contract {

/// Names of an enumeration. Specialise with: static constexpr std::array<std::pair<E, std::string_view>, N> kValues.
template <typename E>
struct EnumNames;

template <typename T>
concept NamedEnum = std::is_enum_v<T> && requires {
  EnumNames<T>::kValues;
};

template <typename T>
concept Scalar = std::is_same_v<T, bool> || std::is_same_v<T, int> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, double> ||
    std::is_same_v<T, std::string> || std::is_same_v<T, Json>;

// Integers take numbers without a fraction, 1.0 too; numbers take integers.
void ReadScalar(const Json& json, bool& value, const FieldRules& rules, Reader& reader);
void ReadScalar(const Json& json, int& value, const FieldRules& rules, Reader& reader);
void ReadScalar(const Json& json, std::int64_t& value, const FieldRules& rules, Reader& reader);
void ReadScalar(const Json& json, double& value, const FieldRules& rules, Reader& reader);
void ReadScalar(const Json& json, std::string& value, const FieldRules& rules, Reader& reader);
void ReadScalar(const Json& json, Json& value, const FieldRules& rules, Reader& reader);

void WriteScalar(bool value, const FieldRules& rules, std::string& out);
void WriteScalar(int value, const FieldRules& rules, std::string& out);
void WriteScalar(std::int64_t value, const FieldRules& rules, std::string& out);
void WriteScalar(double value, const FieldRules& rules, std::string& out);
void WriteScalar(const std::string& value, const FieldRules& rules, std::string& out);
void WriteScalar(const Json& value, const FieldRules& rules, std::string& out);

Schema DescribeScalar(std::type_identity<bool>, const FieldRules& rules);
Schema DescribeScalar(std::type_identity<int>, const FieldRules& rules);
Schema DescribeScalar(std::type_identity<std::int64_t>, const FieldRules& rules);
Schema DescribeScalar(std::type_identity<double>, const FieldRules& rules);
Schema DescribeScalar(std::type_identity<std::string>, const FieldRules& rules);
Schema DescribeScalar(std::type_identity<Json>, const FieldRules& rules);

Schema DescribeEnum(std::vector<std::string> names);
/// Of a member that is the named object.
Schema DescribeUse(const Schema& component);
Schema DescribeArray(Schema items, const FieldRules& rules);
Schema DescribeMap(Schema values, const FieldRules& rules);
/// Position of the name that the JSON string is, or nothing with a fault noted.
std::optional<std::size_t> ReadName(const Json& json, const std::vector<std::string>& names, Reader& reader);

/// How values of a C++ type are read from JSON, written as JSON and described. Read() notes a fault where a value does not fit.
template <typename T>
struct Codec;

template <Scalar T>
struct Codec<T> {
  static void Read(const Json& json, T& value, const FieldRules& rules, Reader& reader) { ReadScalar(json, value, rules, reader); }
  static void Write(const T& value, const FieldRules& rules, std::string& out) { WriteScalar(value, rules, out); }
  static Schema Describe(const FieldRules& rules) { return DescribeScalar(std::type_identity<T>(), rules); }
};

template <NamedEnum T>
struct Codec<T> {
  static void Read(const Json& json, T& value, const FieldRules&, Reader& reader) {
    static const std::vector<std::string> kNames = Names();
    if (const auto position = ReadName(json, kNames, reader)) value = EnumNames<T>::kValues[*position].first;
  }

  static void Write(const T& value, const FieldRules&, std::string& out) {
    for (const auto& [known, name] : EnumNames<T>::kValues)
      if (known == value) return WriteJsonString(name, out);
    AQUA_ASSERT(false && "the enumerator has a name");
  }

  static Schema Describe(const FieldRules&) { return DescribeEnum(Names()); }

 private:
  static std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& entry : EnumNames<T>::kValues) names.emplace_back(entry.second);
    return names;
  }
};

template <typename T>
struct Codec<std::optional<T>> {
  static void Read(const Json& json, std::optional<T>& value, const FieldRules& rules, Reader& reader) {
    value.reset();
    if (!std::holds_alternative<std::nullptr_t>(json.value)) Codec<T>::Read(json, value.emplace(T{}), rules, reader);
  }

  static void Write(const std::optional<T>& value, const FieldRules& rules, std::string& out) {
    if (value)
      Codec<T>::Write(*value, rules, out);
    else
      out += "null";
  }

  static Schema Describe(const FieldRules& rules) {
    Schema schema = Codec<T>::Describe(rules);
    schema.nullable = true;
    return schema;
  }
};

template <typename T>
struct Codec<std::vector<T>> {
  static void Read(const Json& json, std::vector<T>& value, const FieldRules& rules, Reader& reader) {
    value.clear();
    const Json::Array* items = reader.Items(json, rules);
    for (std::size_t i = 0; items != nullptr && i < items->size() && !reader.full(); ++i) {
      const Reader::Step step(reader, i);
      T item{};
      Codec<T>::Read((*items)[i], item, rules, reader);
      value.push_back(std::move(item));
    }
  }

  static void Write(const std::vector<T>& value, const FieldRules& rules, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      Codec<T>::Write(value[i], rules, out);
    }
    out += ']';
  }

  static Schema Describe(const FieldRules& rules) { return DescribeArray(Codec<T>::Describe(rules), rules); }
};

template <typename T>
struct Codec<std::map<std::string, T>> {
  static void Read(const Json& json, std::map<std::string, T>& value, const FieldRules& rules, Reader& reader) {
    value.clear();
    const Json::Object* members = reader.Members(json, rules);
    for (std::size_t i = 0; members != nullptr && i < members->size() && !reader.full(); ++i) {
      const auto& [name, member] = (*members)[i];
      const Reader::Step step(reader, name);
      Codec<T>::Read(member, value[name], rules, reader);
    }
  }

  static void Write(const std::map<std::string, T>& value, const FieldRules& rules, std::string& out) {
    char separator = '{';
    for (const auto& [name, member] : value) {
      out += std::exchange(separator, ',');
      WriteJsonString(name, out);
      out += ':';
      Codec<T>::Write(member, rules, out);
    }
    out += value.empty() ? "{}" : "}";
  }

  static Schema Describe(const FieldRules& rules) { return DescribeMap(Codec<T>::Describe(rules), rules); }
};

}  // namespace aqua::contract
