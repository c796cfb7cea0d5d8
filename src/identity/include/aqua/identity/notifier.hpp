#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"

namespace aqua::identity {

/// Sends a message to one person. Thread-safe; blocks.
/// Errors: kInvalidArgument ("bad_message": a control character in `to` or `subject`, or a text that is not UTF-8 or too long),
/// kUnavailable ("notifier_unavailable"; retryable).
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual Status Send(const std::string& to, const std::string& subject, const std::string& text) = 0;
};

/// Puts each message into a file <UUIDv7>.eml of a folder, readable by this user alone. For machines without mail, and for tests.
class FileNotifier final : public Notifier {
 public:
  /// folder: made with the first message. clock must outlive this.
  FileNotifier(std::filesystem::path folder, std::string from, const base::Clock& clock);
  Status Send(const std::string& to, const std::string& subject, const std::string& text) override;

 private:
  const std::filesystem::path folder_;
  const std::string from_;
  const base::Clock& clock_;
};

struct SmtpConfig {
  std::string url;  ///< smtp://host:port or smtps://host:port
  std::string from;
  std::string user = {};  ///< empty: without signing in
  std::string password = {};
  bool require_tls = true;          ///< of smtp://: STARTTLS or nothing; a password is never sent without TLS
  std::string authority_file = {};  ///< PEM; empty: the system's
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{15'000};  ///< of one message
};

/// Hands messages to a mail server.
class SmtpNotifier final : public Notifier {
 public:
  /// Errors: kInvalidArgument ("smtp_config": another scheme, a bad sender, a password that would go out in the clear).
  static Result<std::unique_ptr<SmtpNotifier>> Make(SmtpConfig config, const base::Clock& clock);
  Status Send(const std::string& to, const std::string& subject, const std::string& text) override;

 private:
  SmtpNotifier(SmtpConfig config, const base::Clock& clock) : config_(std::move(config)), clock_(clock) {}

  const SmtpConfig config_;
  const base::Clock& clock_;
};

}  // namespace aqua::identity
