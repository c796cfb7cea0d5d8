// Measures the rate limiter against a Redis of its own (B9): decisions from leases against one script call for each decision, and
// what three instances admit of what they may. Prints JSON.
// aqua_limiter_bench [seconds for each speed: 3] [seconds at 100 a minute: 60]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "aqua/cache/testing/redis_server.hpp"
#include "aqua/cache_redis/redis_client.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/ratelimit/memory_limiter.hpp"
#include "aqua/ratelimit/redis_limiter.hpp"
#include "lease_script.hpp"

namespace aqua::bench {
namespace {

using ratelimit::Decision;
using ratelimit::Limiter;
using ratelimit::RateLimit;
using ratelimit::Verdict;
using Clock = std::chrono::steady_clock;

constexpr RateLimit kLarge{6'000'000, 100'000};  // 100,000/s
constexpr RateLimit kSmall{100, 20};
constexpr int kInstances = 3;

template <typename T>
T Require(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "aqua_limiter_bench: {}\n", result.error().message);
    std::exit(1);
  }
  return *std::move(result);
}

/// Calls of `work` a second, from so many threads at once.
double PerSecond(const std::function<void()>& work, int threads, double seconds) {
  std::atomic<std::int64_t> calls = 0;
  std::atomic<bool> over = false;
  std::vector<std::thread> running;
  const auto start = Clock::now();
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      std::int64_t mine = 0;
      for (; !over; ++mine) work();
      calls += mine;
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  over = true;
  for (std::thread& thread : running) thread.join();
  return static_cast<double>(calls) / std::chrono::duration<double>(Clock::now() - start).count();
}

Decision Decide(Limiter& limiter) {
  const Decision decision = limiter.TryAdmit("user");
  return decision.verdict == Verdict::kMustAsk ? limiter.Admit("user") : decision;
}

/// The server's own benchmark with the same script; 0 where it is not installed.
double RedisBenchmark(const cache::testing::RedisServer& server) {
  const std::string command = fmt::format("redis-benchmark -a {} -p {} -n 200000 -c 50 --csv EVALSHA {} 1 ratelimit:bench:user {} {} 1 0 2>/dev/null",
                                          server.password(), server.port(), ratelimit::LeaseScript().digest(), kLarge.per_minute, kLarge.burst);
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(command.c_str(), "r"), &::pclose);
  std::array<char, 512> line{};
  double per_second = 0;
  while (output && std::fgets(line.data(), line.size(), output.get()) != nullptr) {
    const std::string text = line.data();
    if (const auto number = text.find("\",\""); text.starts_with("\"EVALSHA")) per_second = std::strtod(text.c_str() + number + 3, nullptr);
  }
  return per_second;
}

std::int64_t Microseconds(cache::RedisClient& client) {
  const auto time = Require(client.Command({"TIME"}));
  return std::stoll(*time.list()->at(0).text()) * 1'000'000 + std::stoll(*time.list()->at(1).text());
}

class Bench {
 public:
  Bench() : server_(Require(cache::testing::RedisServer::Make())) {
    for (int i = 0; i < kInstances; ++i)
      clients_.push_back(Require(
          cache::RedisClient::Open({.url = server_->url(), .command_timeout = std::chrono::seconds(5), .connect_timeout = std::chrono::seconds(5)}, metrics_)));
  }

  void Speed(double seconds) {
    const auto leased = Make(kLarge, 0, 1);
    const double leased_per_second = PerSecond([&] { Decide(*leased); }, 1, seconds);
    Clear();
    const auto ask = [&] { Require(ratelimit::AskForTokens(*clients_[0], "ratelimit:bench:user", kLarge, 1, 0, std::chrono::seconds(5))); };
    double asked_per_second = 0;
    for (const int threads : {1, 2, 8}) asked_per_second = std::max(asked_per_second, PerSecond(ask, threads, seconds / 3));
    const double benchmark_per_second = RedisBenchmark(*server_);
    const double script_per_second = std::max(asked_per_second, benchmark_per_second);
    ratelimit::MemoryLimiter memory({.limit = kLarge});
    fmt::print(R"(  "leased_decisions_per_second": {:.0f},
  "script_calls_per_second_of_our_client": {:.0f},
  "script_calls_per_second_of_redis_benchmark": {:.0f},
  "leased_of_script": {:.2f},
  "memory_decisions_per_second": {:.0f},
  "memory_decisions_per_second_two_threads": {:.0f},
)",
               leased_per_second, asked_per_second, benchmark_per_second, leased_per_second / script_per_second,
               PerSecond([&] { memory.Admit("user"); }, 1, seconds), PerSecond([&] { memory.Admit("user"); }, 2, seconds));
  }

  /// Three instances ask without a pause for so long; returns admitted ÷ allowed by the clock of Redis.
  double AdmittedOfAllowed(const RateLimit& limit, double seconds) {
    Clear();
    std::vector<std::unique_ptr<Limiter>> limiters;
    for (std::size_t i = 0; i < kInstances; ++i) limiters.push_back(Make(limit, i, kInstances));
    std::atomic<std::int64_t> admitted = 0;
    std::atomic<bool> over = false;
    const std::int64_t start = Microseconds(*clients_[0]);
    std::vector<std::thread> running;
    for (const auto& limiter : limiters) {
      running.emplace_back([&] {
        for (std::int64_t asked = 0; !over; ++asked) {
          admitted += Decide(*limiter).admitted() ? 1 : 0;
          if (asked % 1'000 == 0) std::this_thread::yield();
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    over = true;
    for (std::thread& thread : running) thread.join();
    const double minutes = static_cast<double>(Microseconds(*clients_[0]) - start) / 60e6;
    return static_cast<double>(admitted) / (static_cast<double>(limit.burst) + minutes * static_cast<double>(limit.per_minute));
  }

 private:
  std::unique_ptr<Limiter> Make(const RateLimit& limit, std::size_t instance, std::int64_t instances) {
    return std::make_unique<ratelimit::RedisLimiter>(
        ratelimit::RedisLimiterConfig{.rate_class = "bench", .limit = limit, .instances = instances, .max_wait = std::chrono::seconds(5)}, *clients_[instance],
        metrics_);
  }
  void Clear() { Require(clients_[0]->Command({"FLUSHALL"})); }

  observe::MetricsRegistry metrics_;
  std::unique_ptr<cache::testing::RedisServer> server_;
  std::vector<std::unique_ptr<cache::RedisClient>> clients_;
};

}  // namespace
}  // namespace aqua::bench

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 3;
  const double small_seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 60;
  aqua::bench::Bench bench;
  fmt::print("{{\n");
  bench.Speed(seconds);
  fmt::print("  \"admitted_of_allowed_100000_per_second\": {:.5f},\n", bench.AdmittedOfAllowed(aqua::bench::kLarge, seconds));
  fmt::print("  \"admitted_of_allowed_100_per_minute\": {:.5f}\n}}\n", bench.AdmittedOfAllowed(aqua::bench::kSmall, small_seconds));
  return 0;
}
