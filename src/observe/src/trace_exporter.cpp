#include "aqua/observe/trace_exporter.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "otlp_json.hpp"

namespace aqua::observe {
namespace {

using Steady = std::chrono::steady_clock;

std::size_t Discard(char* /*data*/, std::size_t size, std::size_t count, void* /*user*/) { return size * count; }

/// Posts JSON and keeps its connection. For one thread.
class JsonPoster {
 public:
  explicit JsonPoster(const OtlpConfig& config)
      : handle_(curl_easy_init(), &curl_easy_cleanup), headers_(curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all) {
    curl_easy_setopt(handle_.get(), CURLOPT_URL, config.endpoint.c_str());
    curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(handle_.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(handle_.get(), CURLOPT_WRITEFUNCTION, &Discard);
    curl_easy_setopt(handle_.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  }

  /// Returns why it failed, or nothing. timeout: of the whole exchange, at least 1 ms.
  std::string Post(const std::string& body, std::chrono::milliseconds timeout) {
    curl_easy_setopt(handle_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(handle_.get(), CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    const CURLcode code = curl_easy_perform(handle_.get());
    if (code != CURLE_OK) return curl_easy_strerror(code);
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300 ? "" : "status " + std::to_string(status);
  }

 private:
  std::unique_ptr<CURL, void (*)(CURL*)> handle_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_;
};

class OtlpExporter final : public SpanExporter {
 public:
  OtlpExporter(const OtlpConfig& config, MetricsRegistry& registry, Logger& logger)
      : config_(config),
        logger_(logger),
        exported_(registry.AddCounter("aqua_observe_spans_total", "Spans by outcome", {{"outcome", "exported"}})),
        dropped_(registry.AddCounter("aqua_observe_spans_total", "Spans by outcome", {{"outcome", "dropped"}})),
        poster_(config),
        thread_([this] { Run(); }) {}

  ~OtlpExporter() override {
    {
      const std::lock_guard lock(mutex_);
      end_ = Steady::now() + config_.timeout;
    }
    arrived_.notify_one();
    thread_.join();
  }

  void Export(Span span) override {
    std::size_t waiting = 0;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < config_.max_queue) {
        waiting_.push_back(std::move(span));
        waiting = waiting_.size();
      }
    }
    if (waiting == 0) dropped_.Increment();
    if (waiting == config_.max_batch) arrived_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    do {
      arrived_.wait_for(lock, config_.interval, [this] { return end_ || waiting_.size() >= config_.max_batch; });
      while (!waiting_.empty() && TimeLeft() > std::chrono::milliseconds(0)) SendBatch(lock);
    } while (!end_);
    dropped_.Increment(static_cast<double>(waiting_.size()));
  }

  /// How long a request may take: the end is not put off by one. Called with the lock.
  [[nodiscard]] std::chrono::milliseconds TimeLeft() const {
    if (!end_) return config_.timeout;
    return std::min(config_.timeout, std::chrono::ceil<std::chrono::milliseconds>(*end_ - Steady::now()));
  }

  /// Called with the lock, which is let go while sending.
  void SendBatch(std::unique_lock<std::mutex>& lock) {
    const auto last = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), config_.max_batch));
    const std::vector<Span> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(last));
    waiting_.erase(waiting_.begin(), last);
    const std::chrono::milliseconds timeout = std::max(TimeLeft(), std::chrono::milliseconds(1));
    lock.unlock();
    const std::string failure = poster_.Post(OtlpJson(batch, config_.service_name, config_.service_version), timeout);
    (failure.empty() ? exported_ : dropped_).Increment(static_cast<double>(batch.size()));
    if (!failure.empty()) Warn(failure);
    lock.lock();
  }

  void Warn(const std::string& failure) {
    const auto now = Steady::now();
    if (warned_at_ != Steady::time_point{} && now - warned_at_ < std::chrono::minutes(1)) return;
    warned_at_ = now;
    logger_.Log(LogLevel::kWarning, "traces cannot be sent to the collector and are dropped", {{"cause", std::string_view(failure)}});
  }

  const OtlpConfig config_;
  Logger& logger_;
  Counter& exported_;
  Counter& dropped_;
  JsonPoster poster_;
  Steady::time_point warned_at_{};
  std::mutex mutex_;  // guards waiting_ and end_
  std::condition_variable arrived_;
  std::deque<Span> waiting_;
  std::optional<Steady::time_point> end_;  ///< when what waits is given up; set once this is being destroyed
  std::thread thread_;
};

}  // namespace

std::unique_ptr<SpanExporter> MakeOtlpExporter(const OtlpConfig& config, MetricsRegistry& registry, Logger& logger) {
  return std::make_unique<OtlpExporter>(config, registry, logger);
}

}  // namespace aqua::observe
