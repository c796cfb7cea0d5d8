#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "aqua/audit/checkpoint.hpp"
#include "aqua/audit/entry.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

struct LogConfig {
  std::size_t max_batch = 256;                   ///< entries that share one transaction
  std::size_t max_waiting = 4096;                ///< entries that wait; more are refused
  std::int64_t checkpoint_entries = 1'000;       ///< a checkpoint at the latest after so many entries
  std::chrono::seconds checkpoint_interval{60};  ///< and so long after the one before, when there are new entries
  /// Where checkpoints are appended to, besides their table: a disk that who may write the database may not. Empty: nowhere.
  std::filesystem::path checkpoint_file = {};
};

/// Appends to the audit log: a chain of hashes in the database, shared by all processes, of which one at a time appends.
/// Entries gather while a transaction is made durable, and share the next one. One thread writes; any thread may append.
/// A checkpoint that cannot be signed or copied to the file is logged and tried again; entries are written all the same.
/// Metrics: aqua_audit_commit_seconds, aqua_audit_entries_total{outcome="written|failed|refused"}, aqua_audit_waiting_entries,
/// aqua_audit_checkpoints_total, aqua_audit_checkpoint_failures_total.
class Log {
 public:
  using Done = std::function<void(Status)>;

  /// Requires: the schema is there. `database`, `clock`, `registry` and `logger` must outlive this.
  Log(sql::Database& database, const LogConfig& config, Signer signer, const base::Clock& clock, observe::MetricsRegistry& registry, observe::Logger& logger);
  /// Writes all that was appended and signs the end of the chain.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Queues an entry and returns at once. `done` is called once: with success only when the entry is durable. It must be quick and must not
  /// throw; it runs on the writing thread, or at once for an entry that is refused.
  /// Errors given to `done`: kInvalidArgument ("audit_entry_invalid"); kResourceExhausted ("audit_entries_waiting"); kDataLoss
  /// ("audit_head_missing"); those of sql::Connection, after which an entry is not written, or in doubt as of Connection::Commit().
  void Append(const Entry& entry, Done done);

  /// Appends and waits. Not to be called from `done`.
  Status Write(const Entry& entry);

  /// Signs the end of the chain now, unless it is signed, and waits for that.
  Status SignNow();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::audit
