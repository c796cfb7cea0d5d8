#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::storage {

struct CommitQueueConfig {
  std::size_t max_batch = 256;     ///< writes that share one transaction
  std::size_t max_waiting = 4096;  ///< writes that wait; more are refused
  /// Longest time that a write waits for others that are on their way to share its transaction.
  std::chrono::milliseconds max_linger{20};
};

/// Group commit: while one transaction is made durable the next writes gather, and share the following one; and while more
/// than twice as many are on their way as have gathered, the next transaction waits for them a little. One thread and one connection
/// write; any thread may submit. What is submitted must be safe to run twice (ids chosen by the caller, ON
/// CONFLICT DO NOTHING): a batch whose connection is lost is tried once more, and a batch with a faulty write is run again
/// write by write, so that the others are not harmed.
/// Metrics: aqua_storage_commit_seconds, aqua_storage_commits_total, aqua_storage_writes_total{outcome="committed|failed|refused"},
/// aqua_storage_waiting_writes.
class CommitQueue {
 public:
  using Done = std::function<void(Status)>;

  CommitQueue(sql::Database& database, const CommitQueueConfig& config, observe::MetricsRegistry& registry, observe::Logger& logger);
  /// Commits all that was submitted, then ends the thread.
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  /// Queues the commands of one write and returns at once. `done` is called on the writing thread, once: with success only
  /// when the write is durable. It must be quick and must not throw.
  /// Errors given to `done`: those of sql::Connection; kResourceExhausted ("writes_waiting") at once when the queue is full.
  /// scope: of the commands that have none of their own. One transaction may hold writes of many tenants.
  /// upcoming: how many more writes the caller knows to follow soon. A server that is busy says so and saves transactions; an
  /// idle one says 0 and the write begins at once.
  void Submit(const sql::TenantScope& scope, std::vector<sql::Command> commands, Done done, std::size_t upcoming = 0);

  /// Submits and waits. Not to be called from `done`.
  Status Write(const sql::TenantScope& scope, std::vector<sql::Command> commands);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::storage
