#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/contract/codec.hpp"
#include "aqua/contract/json.hpp"
#include "aqua/contract/reader.hpp"
#include "aqua/contract/rules.hpp"
#include "aqua/contract/schema.hpp"

namespace aqua::contract {

/// Names and values as a query or a path holds them, decoded.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// How members of one C++ type are reached by their address.
struct MemberAccess {
  bool optional;  ///< std::optional: absent and null are alike
  void (*read)(const Json& json, void* member, const FieldRules& rules, Reader& reader);
  void (*write)(const void* member, const FieldRules& rules, std::string& out);
  Schema (*describe)(const FieldRules& rules);
};

template <typename M>
inline constexpr MemberAccess kMemberAccess = {.optional = requires(const M& member){member.has_value();
}  // namespace aqua::contract
, .read = [](const Json& json, void* member, const FieldRules& rules, Reader& reader) { Codec<M>::Read(json, *static_cast<M*>(member), rules, reader); },
  .write = [](const void* member, const FieldRules& rules, std::string& out) { Codec<M>::Write(*static_cast<const M*>(member), rules, out); },
  .describe = &Codec<M>::Describe,
}
;

/// What Object<T> knows, without T. Reads and writes structs by address. Immutable once built; then safe for all threads.
class ObjectCode {
 public:
  void Read(const Json& json, void* object, Reader& reader) const;
  void ReadParameters(const Parameters& parameters, void* object, Reader& reader) const;
  void Write(const void* object, std::string& out) const;
  [[nodiscard]] const Schema& schema() const { return schema_; }

 protected:
  ObjectCode(std::string name, std::string description);
  /// sample: a struct as it is before reading; sample_member: the member in it.
  void Add(std::string_view name, const void* sample, const void* sample_member, const MemberAccess& access, const FieldRules& rules);

 private:
  struct Member {
    std::string key;  ///< name as it is written, with the colon
    std::size_t offset;
    MemberAccess access;
    FieldRules rules;
  };

  void AddParameter(std::size_t position, const std::string& text, std::optional<Json>& value, Reader& reader) const;
  void ReadMembers(std::span<const Json* const> found, void* object, Reader& reader) const;
  [[nodiscard]] std::optional<std::size_t> Position(std::string_view name) const;
  [[nodiscard]] std::string UnknownMessage(std::string_view name) const;

  std::vector<Member> members_;
  std::vector<std::string> names_;
  Schema schema_;
};

/// Describes struct T, which offers it as `static const Object<T>& Description();` and is not part of itself.
/// Members are bool, int, std::int64_t, double, std::string, Json (anything), enumerations with EnumNames, described structs, and
/// std::optional, std::vector and std::map<std::string, …> of these. A member is required unless it is std::optional (absent or null
/// is nullopt; nullopt is written as null) or its rules say has_default.
template <typename T>
class Object : public ObjectCode {
 public:
  /// name: of the component in OpenAPI.
  Object(std::string name, std::string description) : ObjectCode(std::move(name), std::move(description)) {}

  template <typename M>
  Object& Field(std::string_view name, M T::*member, const FieldRules& rules = {}) {
    const T& sample = Sample();
    Add(name, std::addressof(sample), std::addressof(sample.*member), kMemberAccess<M>, rules);
    return *this;
  }

 private:
  static const T& Sample() {
    static const T kSample{};
    return kSample;
  }
};

template <typename T>
concept Described = requires {
  { T::Description() } -> std::same_as<const Object<T>&>;
};

template <Described T>
struct Codec<T> {
  static void Read(const Json& json, T& value, const FieldRules&, Reader& reader) { T::Description().Read(json, &value, reader); }
  static void Write(const T& value, const FieldRules&, std::string& out) { T::Description().Write(&value, out); }
  static Schema Describe(const FieldRules&) { return DescribeUse(T::Description().schema()); }
};

/// Reads any of the types above. Nothing comes back when there are faults; all of them are added.
template <typename T>
std::optional<T> Parse(const Json& json, std::vector<Fault>& faults) {
  Reader reader(faults);
  std::optional<T> value = T{};
  Codec<T>::Read(json, *value, {}, reader);
  if (reader.failed()) value.reset();
  return value;
}

/// Reads the parameters of a query or a path. Strict: numbers as JSON has them, true and false, no parameter twice unless its
/// member is an array, none that is not known.
template <Described T>
std::optional<T> ParseParameters(const Parameters& parameters, std::vector<Fault>& faults) {
  Reader reader(faults);
  std::optional<T> value = T{};
  T::Description().ReadParameters(parameters, &*value, reader);
  if (reader.failed()) value.reset();
  return value;
}

/// Appends compact JSON, valid whatever the strings and numbers of the value are.
template <typename T>
void Write(const T& value, std::string& out) {
  Codec<T>::Write(value, {}, out);
}

template <typename T>
std::string ToJson(const T& value) {
  std::string out;
  Write(value, out);
  return out;
}

/// The schema of a type; of a described struct the one that its uses refer to. Lives as long as the program.
template <typename T>
const Schema& SchemaOf() {
  if constexpr (Described<T>) {
    return T::Description().schema();
  } else {
    static const Schema kSchema = Codec<T>::Describe({});
    return kSchema;
  }
}

}  // namespace aqua::contract
