#include "aqua/audit/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "aqua/auth/ed25519.hpp"
#include "checkpoint_cursor.hpp"
#include "record.hpp"

namespace aqua::audit {
namespace {

using Keys = std::map<std::string, std::shared_ptr<const auth::Ed25519Key>>;

constexpr std::string_view kSnapshot =
    "SELECT (SELECT max(sequence) FROM audit_head), (SELECT max(hash) FROM audit_head), (SELECT max(checkpoint_number) FROM audit_head), "
    "(SELECT coalesce(max(sequence), 0) FROM audit_logs), (SELECT count(*) FROM audit_logs), (SELECT coalesce(max(sequence), 0) FROM audit_checkpoints)";

/// What the database says of itself, in one look, so that it fits together while others append.
struct Snapshot {
  std::optional<std::int64_t> head;
  std::string head_hash;
  std::int64_t head_checkpoint = 0;
  std::int64_t last = 0;  ///< sequence
  std::int64_t rows = 0;
  std::int64_t last_checkpoint = 0;  ///< its sequence
};

Result<Snapshot> TakeSnapshot(sql::Database& database) {
  AQUA_TRY_ASSIGN(const auto connection, database.Acquire(sql::TenantScope::All()));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(kSnapshot));
  const sql::Row& row = rows.front();
  Snapshot snapshot;
  if (!row.IsNull(0)) {
    snapshot.head = row.Integer(0);
    snapshot.head_hash = row.Text(1);
    snapshot.head_checkpoint = row.Integer(2);
  }
  snapshot.last = row.Integer(3);
  snapshot.rows = row.Integer(4);
  snapshot.last_checkpoint = row.Integer(5);
  return snapshot;
}

/// One series of checkpoints that is followed along the chain.
struct Series {
  std::unique_ptr<CheckpointCursor> cursor;
  bool numbers_follow;             ///< none may be missing
  std::optional<Checkpoint> next;  ///< not yet reached by the chain
  std::int64_t number = 0;         ///< of the last one that was passed
  std::int64_t sequence = 0;

  Status Advance() {
    if (next) {
      number = next->number;
      sequence = next->sequence;
    }
    AQUA_TRY_ASSIGN(next, cursor->Next());
    return {};
  }
};

class Verification {
 public:
  Verification(sql::Database& database, const VerifyOptions& options, Keys keys) : database_(database), options_(options), keys_(std::move(keys)) {}

  Result<Report> Run() {
    // Opened before the look at the database: it tells of nothing that the database does not have yet.
    if (!options_.checkpoint_file.empty()) {
      AQUA_TRY_ASSIGN(auto file, CheckpointsOfFile(options_.checkpoint_file));
      series_.push_back({std::move(file), false, {}});
    }
    AQUA_TRY_ASSIGN(snapshot_, TakeSnapshot(database_));
    series_.push_back({CheckpointsOfTable(database_, 0, snapshot_.last), true, {}});
    for (Series& one : series_) AQUA_TRY(one.Advance());
    AQUA_TRY(WalkChain());
    if (!report_.first_bad) AQUA_TRY(CheckEnd());
    return std::move(report_);
  }

 private:
  void Blame(std::int64_t sequence, std::string what) { report_.first_bad = Fault{sequence, std::move(what)}; }

  Status WalkChain() {
    const std::string sql = SelectFrom() + " WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence LIMIT $3";
    while (true) {
      std::vector<sql::Row> rows;
      {
        AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::All()));
        AQUA_TRY_ASSIGN(rows, connection->Query(sql, {report_.entries, snapshot_.last, static_cast<std::int64_t>(std::max<std::size_t>(options_.page, 1))}));
      }
      if (rows.empty()) return {};
      for (const sql::Row& row : rows) {
        CheckRecord(ReadRecord(row));
        if (!report_.first_bad) AQUA_TRY(CheckCheckpoints());
        if (report_.first_bad) return {};
      }
      if (options_.progress) options_.progress(report_.entries, snapshot_.last);
    }
  }

  void CheckRecord(const Record& record) {
    const std::int64_t expected = report_.entries + 1;
    if (record.sequence > expected) return Blame(expected, "the entry is missing");
    if (record.sequence < expected) return Blame(record.sequence, "there are two entries of this number");
    if (HashOf(record) != record.hash) return Blame(expected, "the entry was altered: its hash does not fit it");
    if (record.previous_hash != hash_)
      return expected == 1 ? Blame(1, "the entry is not the first of a chain") : Blame(expected - 1, "the entry was rewritten: the next one follows another");
    hash_ = record.hash;
    report_.entries = expected;
  }

  /// Checks the checkpoints that vouch for the entry that was read last.
  Status CheckCheckpoints() {
    for (Series& one : series_) {
      while (one.next && one.next->sequence <= report_.entries && !report_.first_bad) {
        CheckCheckpoint(one);
        AQUA_TRY(one.Advance());
      }
    }
    return {};
  }

  void CheckCheckpoint(const Series& series) {
    const Checkpoint& checkpoint = *series.next;
    if (series.numbers_follow && checkpoint.number != series.number + 1)
      return Blame(series.sequence + 1, fmt::format("checkpoint {} is missing", series.number + 1));
    if (checkpoint.sequence < report_.entries) return Blame(checkpoint.sequence, fmt::format("checkpoint {} is out of order", checkpoint.number));
    if (!CheckSignature(checkpoint)) return;
    if (checkpoint.hash != hash_) return BlameRewriting(fmt::format("checkpoint {} has another hash", checkpoint.number));
    report_.signed_entries = checkpoint.sequence;
    ++report_.checkpoints;
  }

  bool CheckSignature(const Checkpoint& checkpoint) {
    const auto key = keys_.find(checkpoint.key_id);
    if (key != keys_.end() && key->second->Verify(SignedText(checkpoint), checkpoint.signature)) return true;
    Blame(checkpoint.sequence, fmt::format("checkpoint {} is forged: no known key signed it", checkpoint.number));
    return false;
  }

  void BlameRewriting(std::string_view proof) {
    const std::int64_t first = std::min(report_.signed_entries + 1, report_.entries);
    Blame(first, fmt::format("an entry from here to {} was rewritten, with all hashes after it: {}", report_.entries, proof));
  }

  /// What only shows when the chain itself is whole.
  Status CheckEnd() {
    std::int64_t claimed = std::max(snapshot_.head.value_or(0), snapshot_.last_checkpoint);
    for (Series& one : series_)
      while (one.next) {
        if (!CheckSignature(*one.next)) return {};
        claimed = std::max(claimed, one.next->sequence);
        AQUA_TRY(one.Advance());
      }
    const std::int64_t last = report_.entries;
    if (claimed > last)
      Blame(last + 1, fmt::format("the entries from here to {} are missing: the end was cut off", claimed));
    else if (!snapshot_.head)
      Blame(last, "the head of the log is missing");
    else if (last > *snapshot_.head)
      Blame(*snapshot_.head + 1, "the entry was put in behind the head");
    else if (hash_ != snapshot_.head_hash)
      BlameRewriting("the head has another hash");
    else if (snapshot_.rows != last)
      Blame(0, fmt::format("there are {} rows for {} entries", snapshot_.rows, last));
    else if (const Series& table = series_.back(); table.number < snapshot_.head_checkpoint)
      Blame(table.sequence + 1, fmt::format("checkpoint {} is missing", table.number + 1));
    return {};
  }

  sql::Database& database_;
  const VerifyOptions& options_;
  const Keys keys_;
  Snapshot snapshot_;
  std::vector<Series> series_;
  std::string hash_ = FirstHash();
  Report report_;
};

}  // namespace

Result<Report> Verify(sql::Database& database, const VerifyOptions& options) {
  Keys keys;
  for (const PublicKey& one : options.keys) {
    AQUA_TRY_ASSIGN(keys[one.key_id], auth::Ed25519Key::FromPublicKey(one.key));
  }
  return Verification(database, options, std::move(keys)).Run();
}

}  // namespace aqua::audit
