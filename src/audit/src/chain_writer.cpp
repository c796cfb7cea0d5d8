#include "chain_writer.hpp"

#include <utility>

#include "aqua/base/base64.hpp"
#include "aqua/base/time.hpp"

namespace aqua::audit {
namespace {

constexpr int kAttempts = 3;

// The head is held until the commit, and read as it is once it is held. The last column tells whether a commit whose answer was lost went through.
constexpr std::string_view kReadHead =
    "SELECT sequence, hash, checkpoint_number, checkpoint_sequence, checkpoint_at, (SELECT count(*) FROM audit_logs WHERE id = $1) FROM audit_head WHERE id = "
    "1";
constexpr std::string_view kLockHead =
    "SELECT sequence, hash, checkpoint_number, checkpoint_sequence, checkpoint_at, (SELECT count(*) FROM audit_logs WHERE id = $1) FROM audit_head WHERE id = "
    "1 "
    "FOR UPDATE OF audit_head";
constexpr std::string_view kMoveHead =
    "UPDATE audit_head SET sequence = $1, hash = $2, checkpoint_number = $3, checkpoint_sequence = $4, checkpoint_at = $5 WHERE id = 1";
constexpr std::string_view kInsertCheckpoint =
    "INSERT INTO audit_checkpoints (number, sequence, hash, created_at, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6)";

}  // namespace

ChainWriter::ChainWriter(sql::Database& database, const LogConfig& config, Signer signer, const base::Clock& clock)
    : database_(database), config_(config), signer_(std::move(signer)), clock_(clock) {}

Result<ChainWriter::Appended> ChainWriter::Append(std::span<Record> records, bool sign) {
  const sql::Value first = records.empty() ? sql::Value() : sql::Value(records.front().fields[0].value_or(""));
  const sql::Command read = {database_.dialect() == sql::Dialect::kPostgres ? kLockHead : kReadHead, {first}};
  for (int attempt = 1;; ++attempt) {
    AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::All()));
    Appended appended;
    const auto done = connection->CommitAfter(read, [&](const std::vector<sql::Row>& rows) { return Plan(rows, records, sign, appended); });
    if (done) return appended;
    // A commit whose answer was lost may be found done, or still be under way: then its ids are taken.
    const bool in_doubt = done.error().code == ErrorCode::kUnavailable || done.error().code == ErrorCode::kAlreadyExists;
    if (!in_doubt || attempt == kAttempts) return done.error();
  }
}

Result<std::vector<sql::Command>> ChainWriter::Plan(const std::vector<sql::Row>& rows, std::span<Record> records, bool sign, Appended& appended) {
  appended = {};
  std::vector<sql::Command> commands;
  if (rows.empty()) return MakeError(ErrorCode::kDataLoss, "the audit log has lost its head: its database was tampered with", "audit_head_missing");
  const sql::Row& row = rows.front();
  if (row.Integer(5) > 0) return commands;
  Head head{row.Integer(0), row.Text(1), row.Integer(2), row.Integer(3), row.Text(4)};
  for (Record& record : records) {
    record.sequence = ++head.sequence;
    record.previous_hash = head.hash;
    record.hash = HashOf(record);
    head.hash = record.hash;
    commands.push_back(InsertCommand(record));
    if (head.sequence - head.checkpoint_sequence >= config_.checkpoint_entries && !appended.sign_failure) Sign(head, appended, commands);
  }
  const Time due_at = base::ParseTime(head.checkpoint_at).value_or(Time()) + config_.checkpoint_interval;
  const bool due = sign || clock_.Now() >= due_at;
  if (due && head.sequence > head.checkpoint_sequence && !appended.sign_failure) Sign(head, appended, commands);
  if (head.sequence > head.checkpoint_sequence) appended.due_in = due_at - clock_.Now();
  if (!commands.empty())
    commands.push_back({kMoveHead, {head.sequence, head.hash, head.checkpoint_number, head.checkpoint_sequence, std::move(head.checkpoint_at)}});
  return commands;
}

void ChainWriter::Sign(Head& head, Appended& appended, std::vector<sql::Command>& commands) {
  Checkpoint checkpoint{head.checkpoint_number + 1, head.sequence, head.hash, base::FormatTime(clock_.Now()), signer_.key_id, {}};
  auto signature = signer_.sign(SignedText(checkpoint));
  if (!signature) {
    appended.sign_failure = std::move(signature).error();
    return;
  }
  commands.push_back(
      {kInsertCheckpoint, {checkpoint.number, checkpoint.sequence, checkpoint.hash, checkpoint.created_at, checkpoint.key_id, base::EncodeBase64(*signature)}});
  head.checkpoint_number = checkpoint.number;
  head.checkpoint_sequence = checkpoint.sequence;
  head.checkpoint_at = checkpoint.created_at;
  ++appended.checkpoints;
}

}  // namespace aqua::audit
