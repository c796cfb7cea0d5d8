#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aqua/audit/checkpoint.hpp"
#include "aqua/audit/log.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/sql/database.hpp"
#include "record.hpp"

namespace aqua::audit {

/// Puts records at the end of the chain, and checkpoints where they are due. For one thread; other processes are kept out by the database.
class ChainWriter {
 public:
  struct Appended {
    std::int64_t checkpoints = 0;
    std::optional<Error> sign_failure = {};  ///< the records are written all the same
    /// When the end of the chain is to be signed; nothing when it is.
    std::optional<std::chrono::system_clock::duration> due_in = {};
  };

  ChainWriter(sql::Database& database, const LogConfig& config, Signer signer, const base::Clock& clock);

  /// Writes records in one durable transaction; sign: signs the end, also when no checkpoint is due. Safe to call again with records that
  /// may have been written. Errors: those of Log::Append().
  Result<Appended> Append(std::span<Record> records, bool sign);

 private:
  struct Head {
    std::int64_t sequence;
    std::string hash;
    std::int64_t checkpoint_number;
    std::int64_t checkpoint_sequence;
    std::string checkpoint_at;
  };

  Result<std::vector<sql::Command>> Plan(const std::vector<sql::Row>& rows, std::span<Record> records, bool sign, Appended& appended);
  /// Adds a checkpoint for the end of the chain.
  void Sign(Head& head, Appended& appended, std::vector<sql::Command>& commands);

  sql::Database& database_;
  const LogConfig& config_;
  const Signer signer_;
  const base::Clock& clock_;
};

}  // namespace aqua::audit
