#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace aqua::cache {

/// An error that the server answered with, such as "WRONGTYPE Operation against a key …"; the connection is as good as before.
struct RedisError {
  std::string text;
};

/// What the server answered to one command: nothing, a number, text (of a status or a value), a list, or an error.
struct RedisReply {
  using List = std::vector<RedisReply>;
  std::variant<std::monostate, std::int64_t, std::string, List, RedisError> value;

  [[nodiscard]] bool is_nil() const { return std::holds_alternative<std::monostate>(value); }
  /// Null when the reply is of another type; so are those below.
  [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&value); }
  [[nodiscard]] const RedisError* error() const { return std::get_if<RedisError>(&value); }
};

}  // namespace aqua::cache
