#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::cache::testing {

/// What a server keeps over Stop() and Start(): nothing, or every write (append-only file, flushed by the system).
enum class Persistence { kNone, kAppendOnly };

/// A real Redis server in a temporary folder, on a free port of 127.0.0.1, with a password. It stops with this object, and with the
/// thread that started it. For one thread.
class RedisServer {
 public:
  static bool Installed();
  /// Makes and starts a server: some hundredths of a second.
  static Result<std::unique_ptr<RedisServer>> Make(Persistence persistence = Persistence::kNone);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  /// redis://:password@127.0.0.1:port/database
  [[nodiscard]] std::string url(int database = 0) const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& password() const { return password_; }

  /// Starts again, on the same port, after Stop() or Kill(); returns when it answers.
  Status Start();
  /// Ends in good order; connections are cut.
  void Stop();
  /// Ends at once.
  void Kill();
  /// Halts it: connections stay open, new ones are taken by the system, and nothing answers. Resume() lets it go on.
  void Pause() const;
  void Resume() const;

 private:
  RedisServer() = default;
  Status AwaitReady();
  void End(int signal);
  [[nodiscard]] std::string LastWords() const;

  const base::testing::TemporaryFolder folder_;
  std::string password_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;  ///< -1: not running
};

}  // namespace aqua::cache::testing

/// Skips the test where Redis is not installed; in CI (environment variable CI) that is a failure.
#define AQUA_REQUIRE_REDIS()                                                                                                  \
  do {                                                                                                                        \
    if (!aqua::cache::testing::RedisServer::Installed()) {                                                                    \
      if (const char* ci = std::getenv("CI"); ci != nullptr && *ci != '\0') FAIL() << "redis-server must be installed in CI"; \
      GTEST_SKIP() << "redis-server is not installed";                                                                        \
    }                                                                                                                         \
  } while (false)
