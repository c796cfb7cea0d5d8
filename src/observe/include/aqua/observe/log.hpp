#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "aqua/base/result.hpp"

namespace aqua::observe {

enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError };

/// Returns the name used in settings and log lines, for example "warning".
std::string_view Name(LogLevel level);

/// Reads a name as Name() writes it.
std::optional<LogLevel> ParseLogLevel(std::string_view name);

/// A named value of a log line. Refers to the text it is made from, so it lives no longer than the call of Log().
struct LogField {
  using Value = std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double>;

  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  LogField(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  LogField(std::string_view field_name, std::signed_integral auto number) : name(field_name), value(static_cast<std::int64_t>(number)) {}
  LogField(std::string_view field_name, std::unsigned_integral auto number) : name(field_name), value(static_cast<std::uint64_t>(number)) {}
  LogField(std::string_view field_name, double number) : name(field_name), value(number) {}

  std::string_view name;
  Value value;
};

/// Writes log lines. Passed by reference to whatever logs; there is no global one. Thread-safe; Log() may block for one
/// write and never throws. Neither message nor fields may hold secrets; any other bytes are made harmless.
class Logger {
 public:
  virtual ~Logger() = default;

  /// Tells whether lines of this level are written, so that a caller can skip costly fields.
  [[nodiscard]] virtual bool Enabled(LogLevel level) const = 0;

  /// Writes one line. The fields keep their order; "trace_id" goes first by convention.
  virtual void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;
  void Log(LogLevel level, std::string_view message) { Log(level, message, {}); }

  /// Opens the log file anew, after it was moved away. A file that cannot be opened leaves the old one in use.
  virtual void Reopen() {}
};

enum class LogFormat {
  /// {"time":"2026-01-02T03:04:05.678901Z","level":"info","message":"…","field":…}, one object a line.
  kJson,
  /// 2026-01-02T03:04:05.678901Z info    … field=…, for people.
  kText,
};

struct LogConfig {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kJson;
  /// File to append to; standard error when empty.
  std::filesystem::path file;
};

/// Makes a logger that flushes after each line.
/// Errors: kUnavailable ("log_not_writable") when the file cannot be opened.
Result<std::unique_ptr<Logger>> MakeLogger(const LogConfig& config);

}  // namespace aqua::observe
