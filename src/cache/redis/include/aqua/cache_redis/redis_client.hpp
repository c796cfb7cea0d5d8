#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/cache/monotonic_clock.hpp"
#include "aqua/cache/script_host.hpp"
#include "aqua/cache_redis/redis_reply.hpp"
#include "aqua/observe/metrics.hpp"

namespace aqua::cache {

struct RedisConfig {
  /// redis://[user[:password]@]host[:port][/database]: percent-encoded, port 6379, database 0. TLS (rediss://) is not spoken.
  std::string url;
  std::size_t pool_size = 50;                       ///< connections at once; at least 1
  std::chrono::milliseconds command_timeout{5};     ///< for a free connection, and again for the answer
  std::chrono::milliseconds connect_timeout{50};    ///< to connect, authenticate and select the database; a host's name is looked up without a limit
  std::chrono::milliseconds retry_interval{1'000};  ///< between tries while the server is away
};

/// Speaks to one Redis server through a pool of connections that are made when they are needed. Thread-safe; calls block, within the
/// limits of its config.
///
/// After a failure (refused, cut, late, not understood, wrong password) every call fails at once, until a try, made by one caller each
/// `retry_interval`, succeeds. So a server that hangs costs one timeout and not one for each request.
/// aqua_cache_redis_available{database}: 1 or 0. aqua_cache_redis_failures_total{database}: failures, refusals in the meantime left out.
///
/// Errors of all calls: kUnavailable: "redis_unavailable" (retryable; what was sent may have been done), "redis_busy" (all connections
/// in use). kUnauthenticated ("redis_password"). The server's own: kFailedPrecondition ("redis_wrong_type", "redis_error"),
/// kResourceExhausted ("redis_full"), kPermissionDenied ("redis_permission").
class RedisClient final : public ScriptHost {
 public:
  using Words = std::vector<std::string_view>;

  /// Does not connect yet. registry must outlive the client.
  /// Errors: kInvalidArgument ("redis_url"; the message never repeats the URL).
  static Result<std::unique_ptr<RedisClient>> Open(const RedisConfig& config, observe::MetricsRegistry& registry,
                                                   MonotonicClock clock = &std::chrono::steady_clock::now);
  ~RedisClient() override;
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  /// Runs one command, such as {"SET", key, value}. An error that the server answers with is an Error here.
  Result<RedisReply> Command(std::span<const std::string_view> words);
  Result<RedisReply> Command(std::initializer_list<std::string_view> words) { return Command(std::span(words.begin(), words.size())); }

  /// Sends several commands at once and returns as many replies, errors of the server among them. Other commands may run in between;
  /// after an error of the connection any number of them may have been done, from the first on.
  Result<std::vector<RedisReply>> Pipeline(std::span<const Words> commands);

  /// Runs a script by its digest, and by its text when the server does not know it yet.
  Result<RedisReply> Eval(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments);

  /// As Eval(). Errors: also kFailedPrecondition ("redis_reply": not an array of integers).
  Result<std::vector<std::int64_t>> RunScript(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
                                              std::chrono::milliseconds limit) override;

  /// Whether the last that is known of the server is good.
  [[nodiscard]] bool available() const;
  /// "Redis, database 0 at cache.farm.example:6379": for people, without secrets.
  [[nodiscard]] const std::string& description() const;
  /// Connections that are open or being opened.
  [[nodiscard]] std::size_t connections() const;

 private:
  class Implementation;
  explicit RedisClient(std::unique_ptr<Implementation> implementation);

  const std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::cache
