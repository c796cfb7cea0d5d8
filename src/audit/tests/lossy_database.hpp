#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "aqua/sql/database.hpp"

namespace aqua::audit {

/// Another database whose CommitAfter() loses its connection: before it did anything, or before the answer came.
class LossyDatabase final : public sql::Database {
 public:
  enum class When { kBefore, kAfter };

  explicit LossyDatabase(sql::Database& inner) : inner_(inner) {}

  /// Of the next `times` calls.
  void Lose(int times, When when) {
    when_ = when;
    left_ = times;
  }

  Result<Lease> Acquire(const sql::TenantScope& scope) override {
    AQUA_TRY_ASSIGN(auto lease, inner_.Acquire(scope));
    return Lease(std::make_unique<LossyConnection>(std::move(lease), *this), [](const std::unique_ptr<sql::Connection>&) {});
  }
  [[nodiscard]] sql::Dialect dialect() const override { return inner_.dialect(); }
  [[nodiscard]] std::string description() const override { return inner_.description(); }
  [[nodiscard]] std::size_t connections() const override { return inner_.connections(); }

 private:
  class LossyConnection final : public sql::Connection {
   public:
    LossyConnection(sql::Database::Lease inner, LossyDatabase& owner) : inner_(std::move(inner)), owner_(owner) {}

    using sql::Connection::Query;
    Result<std::vector<sql::Row>> Query(std::string_view sql, std::span<const sql::Value> parameters) override { return inner_->Query(sql, parameters); }
    Result<std::vector<std::int64_t>> Commit(std::span<const sql::Command> commands) override { return inner_->Commit(commands); }
    Result<std::vector<std::int64_t>> CommitAfter(const sql::Command& read, const Plan& plan) override {
      const bool lose = owner_.left_ > 0;
      if (lose) --owner_.left_;
      if (lose && owner_.when_ == When::kBefore) return Lost();
      auto changed = inner_->CommitAfter(read, plan);
      if (lose) return Lost();
      return changed;
    }
    Status RunExclusive(const std::function<Result<std::string>(sql::Connection&)>& script) override { return inner_->RunExclusive(script); }
    [[nodiscard]] bool broken() const override { return inner_->broken(); }

   private:
    static Error Lost() { return MakeError(ErrorCode::kUnavailable, "lost", "database_unavailable"); }
    sql::Database::Lease inner_;
    LossyDatabase& owner_;
  };

  sql::Database& inner_;
  std::atomic<int> left_ = 0;
  std::atomic<When> when_ = When::kBefore;
};

}  // namespace aqua::audit
