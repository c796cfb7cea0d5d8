#include "aqua/storage/commit_queue.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

namespace aqua::storage {
namespace {

struct PendingWrite {
  std::vector<sql::Command> commands;
  CommitQueue::Done done;
  std::size_t upcoming = 0;
};

/// Whether one write of a batch may be to blame, rather than the database.
bool MayBeOneWrite(const Error& error) {
  return error.code != ErrorCode::kUnavailable && error.code != ErrorCode::kResourceExhausted && error.code != ErrorCode::kDeadlineExceeded;
}

}  // namespace

class CommitQueue::Implementation {
 public:
  Implementation(sql::Database& database, const CommitQueueConfig& config, observe::MetricsRegistry& registry, observe::Logger& logger)
      : database_(database),
        config_(config),
        logger_(logger),
        commit_seconds_(registry.AddHistogram("aqua_storage_commit_seconds", "Time that one durable transaction took",
                                              {0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 5})),
        commits_(registry.AddCounter("aqua_storage_commits_total", "Durable transactions")),
        committed_(registry.AddCounter("aqua_storage_writes_total", "Writes by outcome", {{"outcome", "committed"}})),
        failed_(registry.AddCounter("aqua_storage_writes_total", "Writes by outcome", {{"outcome", "failed"}})),
        refused_(registry.AddCounter("aqua_storage_writes_total", "Writes by outcome", {{"outcome", "refused"}})),
        waiting_writes_(registry.AddGauge("aqua_storage_waiting_writes", "Writes that wait for the next transaction")),
        thread_([this] { Run(); }) {}

  ~Implementation() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }

  void Submit(PendingWrite write) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < config_.max_waiting) {
        const bool first = waiting_.empty();
        if (first) first_arrival_ = std::chrono::steady_clock::now();
        waiting_.push_back(std::move(write));
        if (first || IsGathered()) arrived_.notify_one();
        return;
      }
    }
    refused_.Increment();
    write.done(MakeError(ErrorCode::kResourceExhausted, "too many writes wait for the database; try again in a moment", "writes_waiting"));
  }

 private:
  /// Ends the process when it cannot go on: without this thread nothing would ever be acknowledged.
  void Run() {
    try {
      while (std::optional<std::vector<PendingWrite>> batch = NextBatch()) CommitBatch(*batch);
    } catch (const std::exception& failure) {
      logger_.Log(observe::LogLevel::kError, "the thread that writes to the database died; ending the process", {{"cause", failure.what()}});
      std::terminate();
    }
  }

  /// Whether the next transaction need not wait for more writes. Requires: mutex_ is held and a write waits.
  [[nodiscard]] bool IsGathered() const { return 2 * waiting_.size() >= waiting_.back().upcoming || waiting_.size() >= config_.max_batch; }

  /// Waits for writes and takes them; nothing when stopping and none is left.
  std::optional<std::vector<PendingWrite>> NextBatch() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    arrived_.wait_until(lock, first_arrival_ + config_.max_linger, [this] { return stopping_ || IsGathered(); });
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), config_.max_batch));
    std::vector<PendingWrite> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    first_arrival_ = std::chrono::steady_clock::now();
    waiting_writes_.Set(static_cast<double>(waiting_.size()));
    return batch;
  }

  void CommitBatch(std::vector<PendingWrite>& batch) {
    Status status = Commit({batch.data(), batch.size()});
    // A lost connection leaves it open whether the transaction went through; running it again is safe by contract.
    if (!status && status.error().code == ErrorCode::kUnavailable) status = Commit({batch.data(), batch.size()});
    if (status || batch.size() == 1 || !MayBeOneWrite(status.error())) {
      for (PendingWrite& write : batch) Finish(write, status);
      return;
    }
    for (PendingWrite& write : batch) Finish(write, Commit({&write, 1}));
  }

  Status Commit(std::span<const PendingWrite> writes) {
    AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::None()));
    std::vector<sql::Command> commands;
    for (const PendingWrite& write : writes) commands.insert(commands.end(), write.commands.begin(), write.commands.end());
    const auto start = std::chrono::steady_clock::now();
    AQUA_TRY(connection->Commit(commands));
    commit_seconds_.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    commits_.Increment();
    return {};
  }

  void Finish(PendingWrite& write, const Status& status) {
    (status ? committed_ : failed_).Increment();
    write.done(status);
  }

  sql::Database& database_;
  const CommitQueueConfig config_;
  observe::Logger& logger_;
  observe::Histogram& commit_seconds_;
  observe::Counter& commits_;
  observe::Counter& committed_;
  observe::Counter& failed_;
  observe::Counter& refused_;
  observe::Gauge& waiting_writes_;
  std::mutex mutex_;  // guards waiting_, first_arrival_ and stopping_
  std::condition_variable arrived_;
  std::deque<PendingWrite> waiting_;
  std::chrono::steady_clock::time_point first_arrival_;  ///< of those that wait
  bool stopping_ = false;
  std::thread thread_;
};

CommitQueue::CommitQueue(sql::Database& database, const CommitQueueConfig& config, observe::MetricsRegistry& registry, observe::Logger& logger)
    : implementation_(std::make_unique<Implementation>(database, config, registry, logger)) {}

CommitQueue::~CommitQueue() = default;

void CommitQueue::Submit(const sql::TenantScope& scope, std::vector<sql::Command> commands, Done done, std::size_t upcoming) {
  for (sql::Command& command : commands)
    if (!command.scope) command.scope = scope;
  implementation_->Submit({std::move(commands), std::move(done), upcoming});
}

Status CommitQueue::Write(const sql::TenantScope& scope, std::vector<sql::Command> commands) {
  std::promise<Status> promise;
  auto outcome = promise.get_future();
  Submit(scope, std::move(commands), [&promise](Status status) { promise.set_value(std::move(status)); });
  return outcome.get();
}

}  // namespace aqua::storage
