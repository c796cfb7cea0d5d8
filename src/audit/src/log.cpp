#include "aqua/audit/log.hpp"

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
#include <vector>

#include "chain_writer.hpp"
#include "checkpoint_file.hpp"
#include "record.hpp"

namespace aqua::audit {
namespace {

struct Waiting {
  std::optional<Record> record;  ///< nothing: a request to sign
  Log::Done done;
};

/// Whether one entry of a batch may be to blame, rather than the database.
bool MayBeOneEntry(const Error& error) {
  return error.code != ErrorCode::kUnavailable && error.code != ErrorCode::kResourceExhausted && error.code != ErrorCode::kDeadlineExceeded &&
         error.code != ErrorCode::kDataLoss;
}

observe::Counter& EntryCounter(observe::MetricsRegistry& registry, const std::string& outcome) {
  return registry.AddCounter("aqua_audit_entries_total", "Entries of the audit log by outcome", {{"outcome", outcome}});
}

}  // namespace

class Log::Implementation {
 public:
  Implementation(sql::Database& database, const LogConfig& config, Signer signer, const base::Clock& clock, observe::MetricsRegistry& registry,
                 observe::Logger& logger)
      : database_(database),
        config_(config),
        logger_(logger),
        writer_(database, config_, std::move(signer), clock),
        commit_seconds_(registry.AddHistogram("aqua_audit_commit_seconds", "Time that one durable transaction of the audit log took",
                                              {0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 5})),
        written_(EntryCounter(registry, "written")),
        failed_(EntryCounter(registry, "failed")),
        refused_(EntryCounter(registry, "refused")),
        waiting_entries_(registry.AddGauge("aqua_audit_waiting_entries", "Entries that wait for the next transaction")),
        checkpoints_(registry.AddCounter("aqua_audit_checkpoints_total", "Signed checkpoints of the audit log")),
        checkpoint_failures_(registry.AddCounter("aqua_audit_checkpoint_failures_total", "Checkpoints that could not be signed or copied to the file")),
        thread_([this] { Run(); }) {}

  ~Implementation() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }

  void Submit(Waiting item) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < config_.max_waiting) {
        waiting_.push_back(std::move(item));
        arrived_.notify_one();
        return;
      }
    }
    Refuse(item.done, MakeError(ErrorCode::kResourceExhausted, "too many entries wait for the audit log; try again in a moment", "audit_entries_waiting"));
  }

  void Refuse(const Done& done, Error error) {
    refused_.Increment();
    done(std::move(error));
  }

 private:
  /// Ends the process when it cannot go on: without this thread nothing would ever be acknowledged.
  void Run() {
    try {
      CopyCheckpoints();
      while (std::optional<std::vector<Waiting>> batch = NextBatch()) WriteBatch(*batch);
      static_cast<void>(Append({}, true));
    } catch (const std::exception& failure) {
      logger_.Log(observe::LogLevel::kError, "the thread that writes the audit log died; ending the process", {{"cause", failure.what()}});
      std::terminate();
    }
  }

  /// Waits for entries and takes them: none when it is time to look for a checkpoint; nothing when stopping and none is left.
  std::optional<std::vector<Waiting>> NextBatch() {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, patience_, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_ && waiting_.empty()) return std::nullopt;
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), config_.max_batch));
    std::vector<Waiting> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    waiting_entries_.Set(static_cast<double>(waiting_.size()));
    return batch;
  }

  void WriteBatch(std::vector<Waiting>& batch) {
    std::vector<Record> records;
    bool sign = false;
    for (const Waiting& item : batch) {
      if (item.record)
        records.push_back(*item.record);
      else
        sign = true;
    }
    const Status status = Append(records, sign);
    const bool one_by_one = !status && records.size() > 1 && MayBeOneEntry(status.error());
    for (Waiting& item : batch) Finish(item, one_by_one && item.record ? Append({&*item.record, 1}, sign) : status);
  }

  Status Append(std::span<Record> records, bool sign) {
    const auto start = std::chrono::steady_clock::now();
    patience_ = config_.checkpoint_interval;
    AQUA_TRY_ASSIGN(const auto appended, writer_.Append(records, sign));
    // At least a second, so that a key that cannot sign is not asked without end.
    if (appended.due_in)
      patience_ = std::clamp(std::chrono::ceil<std::chrono::seconds>(*appended.due_in), std::chrono::seconds(1), std::max(patience_, std::chrono::seconds(1)));
    if (!records.empty()) commit_seconds_.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (appended.sign_failure && appended.sign_failure->reason != "not_yet")
      TellCheckpointFailure("a checkpoint of the audit log could not be signed", *appended.sign_failure);
    checkpoints_.Increment(static_cast<double>(appended.checkpoints));
    if (appended.checkpoints > 0) CopyCheckpoints();
    if (sign && appended.sign_failure && records.empty()) return *appended.sign_failure;
    return {};
  }

  void CopyCheckpoints() {
    if (config_.checkpoint_file.empty()) return;
    if (const Status copied = CheckpointFile(config_.checkpoint_file).CopyFrom(database_); !copied)
      TellCheckpointFailure("checkpoints of the audit log could not be copied", copied.error());
  }

  void TellCheckpointFailure(std::string_view message, const Error& cause) {
    checkpoint_failures_.Increment();
    logger_.Log(observe::LogLevel::kError, message, {{"cause", std::string_view(cause.message)}});
  }

  void Finish(Waiting& item, const Status& status) {
    if (item.record) (status ? written_ : failed_).Increment();
    item.done(status);
  }

  sql::Database& database_;
  const LogConfig config_;
  observe::Logger& logger_;
  ChainWriter writer_;
  observe::Histogram& commit_seconds_;
  observe::Counter& written_;
  observe::Counter& failed_;
  observe::Counter& refused_;
  observe::Gauge& waiting_entries_;
  observe::Counter& checkpoints_;
  observe::Counter& checkpoint_failures_;
  std::mutex mutex_;  // guards waiting_ and stopping_
  std::condition_variable arrived_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::chrono::seconds patience_{1};  ///< of the writing thread, until it looks whether a checkpoint is due
  std::thread thread_;
};

Log::Log(sql::Database& database, const LogConfig& config, Signer signer, const base::Clock& clock, observe::MetricsRegistry& registry, observe::Logger& logger)
    : implementation_(std::make_unique<Implementation>(database, config, std::move(signer), clock, registry, logger)) {}

Log::~Log() = default;

void Log::Append(const Entry& entry, Done done) {
  auto record = MakeRecord(entry);
  if (record)
    implementation_->Submit({*std::move(record), std::move(done)});
  else
    implementation_->Refuse(done, std::move(record).error());
}

Status Log::Write(const Entry& entry) {
  std::promise<Status> promise;
  auto outcome = promise.get_future();
  Append(entry, [&promise](Status status) { promise.set_value(std::move(status)); });
  return outcome.get();
}

Status Log::SignNow() {
  std::promise<Status> promise;
  auto outcome = promise.get_future();
  implementation_->Submit({std::nullopt, [&promise](Status status) { promise.set_value(std::move(status)); }});
  return outcome.get();
}

}  // namespace aqua::audit
