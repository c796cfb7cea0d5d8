#include "aqua/observe/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "aqua/base/text.hpp"
#include "line.hpp"

namespace aqua::observe {
namespace {

constexpr std::array<std::pair<LogLevel, std::string_view>, 5> kLevels = {
    {{LogLevel::kTrace, "trace"}, {LogLevel::kDebug, "debug"}, {LogLevel::kInfo, "info"}, {LogLevel::kWarning, "warning"}, {LogLevel::kError, "error"}}};

/// Appends to a file that can be opened anew. spdlog's own file sink gives the old file up first.
class ReopenableFile final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ReopenableFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~ReopenableFile() override {
    if (file_ >= 0) ::close(file_);
  }

  /// Returns why the file cannot be opened, or nothing. The old file stays in use then.
  std::string Reopen() {
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP);
    if (file < 0) return std::generic_category().message(errno);
    const std::lock_guard lock(mutex_);
    const int old = std::exchange(file_, file);
    if (old >= 0) ::close(old);
    return {};
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), message.payload.size());
    line += '\n';
    // One write keeps lines of several processes whole.
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) throw spdlog::spdlog_ex("the log file cannot be written", errno);
  }
  void flush_() override {}

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

/// Formats lines itself; spdlog carries them to the sink, locks it, and reports a sink that fails on standard error.
class SpdlogLogger : public Logger {
 public:
  /// file: the sink when it is a file, else null.
  SpdlogLogger(const LogConfig& config, spdlog::sink_ptr sink, ReopenableFile* file)
      : file_(file), level_(config.level), format_(config.format), logger_("aqua", std::move(sink)) {
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

  void Reopen() override {
    if (file_ == nullptr) return;
    if (const std::string failure = file_->Reopen(); !failure.empty())
      Log(LogLevel::kError, "the log file cannot be opened anew", {{"cause", std::string_view(failure)}});
  }

 private:
  ReopenableFile* file_;
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
  if (config.file.empty()) return std::make_unique<SpdlogLogger>(config, std::make_shared<spdlog::sinks::stderr_sink_mt>(), nullptr);
  auto file = std::make_shared<ReopenableFile>(config.file);
  if (const std::string failure = file->Reopen(); !failure.empty())
    return MakeError(ErrorCode::kUnavailable, fmt::format("cannot write the log file {}: {}", base::Printable(config.file.string()), failure),
                     "log_not_writable");
  ReopenableFile* const reopenable = file.get();
  return std::make_unique<SpdlogLogger>(config, std::move(file), reopenable);
}

}  // namespace aqua::observe
