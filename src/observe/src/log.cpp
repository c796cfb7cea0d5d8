#include "aqua/observe/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <utility>

#include "aqua/base/text.hpp"
#include "line.hpp"

namespace aqua::observe {
namespace {

constexpr std::array<std::pair<LogLevel, std::string_view>, 5> kLevels = {
    {{LogLevel::kTrace, "trace"}, {LogLevel::kDebug, "debug"}, {LogLevel::kInfo, "info"}, {LogLevel::kWarning, "warning"}, {LogLevel::kError, "error"}}};

/// Formats lines itself; spdlog carries them to the sink, locks it, and reports a sink that fails on standard error.
class SpdlogLogger : public Logger {
 public:
  SpdlogLogger(const LogConfig& config, spdlog::sink_ptr sink) : level_(config.level), format_(config.format), logger_("aqua", std::move(sink)) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
  }

  [[nodiscard]] bool Enabled(LogLevel level) const override { return level >= level_; }

  void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    if (!Enabled(level)) return;
    const LogTime now = std::chrono::system_clock::now();
    const std::span<const LogField> span(fields.begin(), fields.size());
    const std::string line = format_ == LogFormat::kJson ? JsonLine(now, level, message, span) : TextLine(now, level, message, span);
    logger_.log(spdlog::level::info, spdlog::string_view_t(line));
  }

 private:
  LogLevel level_;
  LogFormat format_;
  spdlog::logger logger_;
};

}  // namespace

std::string_view Name(LogLevel level) { return kLevels.at(static_cast<std::size_t>(level)).second; }

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (const auto& [level, level_name] : kLevels)
    if (name == level_name) return level;
  return std::nullopt;
}

Result<std::unique_ptr<Logger>> MakeLogger(const LogConfig& config) {
  try {
    spdlog::sink_ptr sink;
    if (config.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file.string());
    return std::make_unique<SpdlogLogger>(config, std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    return MakeError(ErrorCode::kUnavailable,
                     fmt::format("cannot write the log file {}: {}", base::Printable(config.file.string()), base::Printable(error.what())), "log_not_writable");
  }
}

}  // namespace aqua::observe
