#include "aqua/cache_redis/redis_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "aqua/base/text.hpp"
#include "breaker.hpp"
#include "redis_error.hpp"
#include "redis_pool.hpp"

namespace aqua::cache {
namespace {

using std::chrono::milliseconds;

/// EVALSHA and EVAL take the same words but for the script itself.
std::vector<std::string_view> ScriptWords(std::string_view command, std::string_view script, std::string_view key_count, std::span<const std::string_view> keys,
                                          std::span<const std::string_view> arguments) {
  std::vector<std::string_view> words = {command, script, key_count};
  words.reserve(words.size() + keys.size() + arguments.size());
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

Result<std::vector<std::int64_t>> IntegersOf(const RedisReply& reply) {
  const RedisReply::List* list = reply.list();
  if (list == nullptr) return UnexpectedReply("a script");
  std::vector<std::int64_t> integers;
  integers.reserve(list->size());
  for (const RedisReply& entry : *list) {
    if (entry.integer() == nullptr) return UnexpectedReply("a script");
    integers.push_back(*entry.integer());
  }
  return integers;
}

}  // namespace

class RedisClient::Implementation {
 public:
  Implementation(const RedisConfig& config, RedisAddress address, observe::MetricsRegistry& registry, MonotonicClock clock)
      : config_(config),
        address_(std::move(address)),
        description_(fmt::format("Redis, database {} at {}:{}", address_.database, base::Printable(address_.host), address_.port)),
        failures_(registry.AddCounter("aqua_cache_redis_failures_total", "Calls that Redis did not answer as it should", {{"database", address_.database}})),
        available_(registry.AddGauge("aqua_cache_redis_available", "1 when Redis answered last, 0 when it is away", {{"database", address_.database}})),
        breaker_(config.retry_interval, std::move(clock)),
        pool_(std::max<std::size_t>(1, config.pool_size)) {
    available_.Set(1);
  }

  /// Runs commands on a connection of the pool, within `limit` in all.
  Result<std::vector<RedisReply>> Run(RedisConnection::Commands commands, milliseconds limit) {
    const Breaker::Pass pass = breaker_.Ask();
    if (pass.kind == Breaker::Pass::Kind::kRefused) return Unavailable("Redis is away");
    const Deadline start = std::chrono::steady_clock::now();
    const Deadline deadline = start + limit;
    AQUA_TRY_ASSIGN(auto connection, pool_.Take(std::min(deadline, start + config_.command_timeout)));
    auto replies = RunOn(connection, commands, deadline);
    pool_.Give(std::move(connection));
    if (replies) {
      breaker_.Succeeded(pass);
    } else {
      failures_.Increment();
      breaker_.Failed(pass);
    }
    if (!replies || pass.kind == Breaker::Pass::Kind::kTry) available_.Set(breaker_.closed() ? 1 : 0);
    return replies;
  }

  Result<RedisReply> RunOne(std::span<const std::string_view> words, milliseconds limit) {
    AQUA_TRY_ASSIGN(std::vector<RedisReply> replies, Run(std::array{words}, limit));
    if (const RedisError* error = replies.front().error()) return ErrorOf(*error);
    return std::move(replies.front());
  }

  Result<RedisReply> RunScript(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments, milliseconds limit) {
    const Deadline deadline = std::chrono::steady_clock::now() + limit;
    const std::string key_count = std::to_string(keys.size());
    const auto by_digest = ScriptWords("EVALSHA", script.digest(), key_count, keys, arguments);
    AQUA_TRY_ASSIGN(std::vector<RedisReply> replies, Run(std::array{std::span<const std::string_view>(by_digest)}, limit));
    const RedisError* error = replies.front().error();
    if (error == nullptr) return std::move(replies.front());
    if (!error->text.starts_with("NOSCRIPT")) return ErrorOf(*error);
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    return RunOne(ScriptWords("EVAL", script.text(), key_count, keys, arguments), std::max(left, milliseconds(1)));
  }

  /// The longest that a call without a limit of its own takes once it has a connection or leave to open one.
  [[nodiscard]] milliseconds limit() const { return config_.connect_timeout + 2 * config_.command_timeout; }
  [[nodiscard]] bool available() const { return breaker_.closed(); }
  [[nodiscard]] const std::string& description() const { return description_; }
  [[nodiscard]] std::size_t connections() const { return pool_.connections(); }

 private:
  Result<std::vector<RedisReply>> RunOn(std::unique_ptr<RedisConnection>& connection, RedisConnection::Commands commands, Deadline deadline) {
    if (connection == nullptr) {
      AQUA_TRY_ASSIGN(connection, RedisConnection::Open(address_, std::min(deadline, std::chrono::steady_clock::now() + config_.connect_timeout)));
    }
    return connection->Run(commands, std::min(deadline, std::chrono::steady_clock::now() + config_.command_timeout));
  }

  const RedisConfig config_;
  const RedisAddress address_;
  const std::string description_;
  observe::Counter& failures_;
  observe::Gauge& available_;
  Breaker breaker_;
  RedisPool pool_;
};

Result<std::unique_ptr<RedisClient>> RedisClient::Open(const RedisConfig& config, observe::MetricsRegistry& registry, MonotonicClock clock) {
  AQUA_TRY_ASSIGN(RedisAddress address, ParseRedisUrl(config.url));
  return std::unique_ptr<RedisClient>(new RedisClient(std::make_unique<Implementation>(config, std::move(address), registry, std::move(clock))));
}

RedisClient::RedisClient(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}

RedisClient::~RedisClient() = default;

Result<RedisReply> RedisClient::Command(std::span<const std::string_view> words) { return implementation_->RunOne(words, implementation_->limit()); }

Result<std::vector<RedisReply>> RedisClient::Pipeline(std::span<const Words> commands) {
  if (commands.empty()) return std::vector<RedisReply>();
  const std::vector<std::span<const std::string_view>> views(commands.begin(), commands.end());
  return implementation_->Run(views, implementation_->limit());
}

Result<RedisReply> RedisClient::Eval(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments) {
  return implementation_->RunScript(script, keys, arguments, implementation_->limit());
}

Result<std::vector<std::int64_t>> RedisClient::RunScript(const Script& script, std::span<const std::string_view> keys,
                                                         std::span<const std::string_view> arguments, milliseconds limit) {
  AQUA_TRY_ASSIGN(const RedisReply reply, implementation_->RunScript(script, keys, arguments, limit));
  return IntegersOf(reply);
}

bool RedisClient::available() const { return implementation_->available(); }

const std::string& RedisClient::description() const { return implementation_->description(); }

std::size_t RedisClient::connections() const { return implementation_->connections(); }

}  // namespace aqua::cache
