#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/observe/log.hpp"

namespace aqua::observe::testing {

/// Keeps log lines for a test to look at. Every level is enabled. Thread-safe.
class MemoryLogger : public Logger {
 public:
  struct Line {
    LogLevel level;
    std::string message;
    /// Values as text: "true", "3", "0.5".
    std::map<std::string, std::string> fields;
  };

  using Logger::Log;

  [[nodiscard]] bool Enabled(LogLevel) const override { return true; }

  void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    Line line{level, std::string(message), {}};
    for (const LogField& field : fields) line.fields.emplace(field.name, std::visit([](const auto& value) { return fmt::format("{}", value); }, field.value));
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  [[nodiscard]] std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  /// Counts the lines of a level whose message holds `part`.
  [[nodiscard]] std::size_t Count(LogLevel level, std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.level == level && line.message.find(part) != std::string::npos; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace aqua::observe::testing
