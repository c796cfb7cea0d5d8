#include "checkpoint_cursor.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "aqua/base/base64.hpp"
#include "aqua/base/text.hpp"

namespace aqua::audit {
namespace {

constexpr std::int64_t kPage = 200;
/// Longer ones are not ours.
constexpr std::size_t kMaxLine = 4096;
constexpr std::string_view kSelect =
    "SELECT number, sequence, hash, created_at, key_id, signature FROM audit_checkpoints WHERE number > $1 AND sequence <= $2 ORDER BY number LIMIT $3";

class TableCursor final : public CheckpointCursor {
 public:
  TableCursor(sql::Database& database, std::int64_t after, std::int64_t last_sequence) : database_(database), after_(after), last_sequence_(last_sequence) {}

  Result<std::optional<Checkpoint>> Next() override {
    if (next_ == rows_.size()) AQUA_TRY(ReadPage());
    if (rows_.empty()) return std::nullopt;
    const sql::Row& row = rows_[next_++];
    after_ = row.Integer(0);
    // A signature that is not base64 is none, and told as such.
    const auto signature = base::DecodeBase64(row.Text(5));
    return Checkpoint{after_, row.Integer(1), row.Text(2), row.Text(3), row.Text(4), signature ? *signature : Bytes()};
  }

 private:
  Status ReadPage() {
    AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::All()));
    AQUA_TRY_ASSIGN(rows_, connection->Query(kSelect, {after_, last_sequence_, kPage}));
    next_ = 0;
    return {};
  }

  sql::Database& database_;
  std::int64_t after_;
  const std::int64_t last_sequence_;
  std::vector<sql::Row> rows_;
  std::size_t next_ = 0;
};

class FileCursor final : public CheckpointCursor {
 public:
  FileCursor(std::ifstream file, std::uintmax_t size) : file_(std::move(file)), left_(size) {}

  Result<std::optional<Checkpoint>> Next() override {
    while (std::optional<std::string> line = ReadLine()) {
      auto checkpoint = ReadCheckpoint(*line);
      // A line that was torn by a crash is written again after it.
      if (!checkpoint || *line == previous_) continue;
      previous_ = *std::move(line);
      return *std::move(checkpoint);
    }
    return std::nullopt;
  }

 private:
  /// The next line, cut where it is too long; nothing at the end.
  std::optional<std::string> ReadLine() {
    if (left_ == 0) return std::nullopt;
    std::string line;
    for (char c = 0; left_ > 0 && file_.get(c);) {
      --left_;
      if (c == '\n') return line;
      if (line.size() < kMaxLine) line += c;
    }
    left_ = 0;
    return line;
  }

  std::ifstream file_;
  std::uintmax_t left_;
  std::string previous_;
};

}  // namespace

std::unique_ptr<CheckpointCursor> CheckpointsOfTable(sql::Database& database, std::int64_t after, std::int64_t last_sequence) {
  return std::make_unique<TableCursor>(database, after, last_sequence);
}

Result<std::unique_ptr<CheckpointCursor>> CheckpointsOfFile(const std::filesystem::path& path) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  std::ifstream file(path, std::ios::binary);
  if (failure || !file)
    return MakeError(ErrorCode::kUnavailable, fmt::format("the file of checkpoints {} cannot be read", base::Printable(path.string())),
                     "checkpoint_file_unreadable");
  return std::make_unique<FileCursor>(std::move(file), size);
}

}  // namespace aqua::audit
