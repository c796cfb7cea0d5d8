#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::cache {

/// The longest time to live that a store takes: ten years.
inline constexpr std::chrono::milliseconds kMaxTtl = std::chrono::hours(24 * 3653);

/// Keeps values for a while under keys. Values are any bytes; keys come from KeyOf(). A value may be gone before its time: whoever
/// asks can always make it again. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  /// Nothing when there is no such value, or no longer.
  /// Errors: those of the adapter; a caller may go on as if there were none.
  virtual Result<std::optional<std::string>> Get(std::string_view key) = 0;

  /// Puts a value in the place of the one before.
  /// Errors: kInvalidArgument ("cache_ttl": not above 0 and up to kMaxTtl), kResourceExhausted ("cache_value_too_large": the key then
  /// has no value), and those of the adapter: the key then has the old value or the new one.
  virtual Status Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) = 0;

  /// Removes a value; no error when there is none.
  virtual Status Remove(std::string_view key) = 0;
};

/// What every Set() asks of its time to live. Errors: kInvalidArgument ("cache_ttl").
Status CheckTtl(std::chrono::milliseconds ttl);

}  // namespace aqua::cache
