#include "aqua/storage/instrumented_database.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace aqua::storage {
namespace {

const std::vector<double>& Buckets() {
  static const std::vector<double> buckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
  return buckets;
}

/// Runs a call, times it, and counts its failure.
template <typename Call>
auto Timed(observe::Histogram& histogram, observe::Counter& errors, Call call) {
  const auto start = std::chrono::steady_clock::now();
  auto result = call();
  histogram.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (!result) errors.Increment();
  return result;
}

class InstrumentedConnection final : public sql::Connection {
 public:
  InstrumentedConnection(sql::Database::Lease inner, observe::Histogram& query_seconds, observe::Histogram& commit_seconds, observe::Counter& errors)
      : inner_(std::move(inner)), query_seconds_(query_seconds), commit_seconds_(commit_seconds), errors_(errors) {}

  using sql::Connection::Query;
  Result<std::vector<sql::Row>> Query(std::string_view sql, std::span<const sql::Value> parameters) override {
    return Timed(query_seconds_, errors_, [&] { return inner_->Query(sql, parameters); });
  }
  Result<std::vector<std::int64_t>> Commit(std::span<const sql::Command> commands) override {
    return Timed(commit_seconds_, errors_, [&] { return inner_->Commit(commands); });
  }
  Result<std::vector<std::int64_t>> CommitAfter(const sql::Command& read, const Plan& plan) override {
    return Timed(commit_seconds_, errors_, [&] { return inner_->CommitAfter(read, plan); });
  }
  Status RunExclusive(const std::function<Result<std::string>(sql::Connection&)>& script) override {
    return Timed(commit_seconds_, errors_, [&] { return inner_->RunExclusive(script); });
  }
  [[nodiscard]] bool broken() const override { return inner_->broken(); }

 private:
  sql::Database::Lease inner_;
  observe::Histogram& query_seconds_;
  observe::Histogram& commit_seconds_;
  observe::Counter& errors_;
};

}  // namespace

InstrumentedDatabase::InstrumentedDatabase(std::unique_ptr<sql::Database> inner, observe::MetricsRegistry& registry)
    : inner_(std::move(inner)),
      active_(registry.AddGauge("database_connections_active", "Connections to the database in use")),
      query_seconds_(registry.AddHistogram("database_query_duration_seconds", "Time of one call to the database", Buckets(), {{"operation", "query"}})),
      commit_seconds_(registry.AddHistogram("database_query_duration_seconds", "Time of one call to the database", Buckets(), {{"operation", "commit"}})),
      errors_(registry.AddCounter("aqua_storage_database_errors_total", "Calls to the database that failed")) {}

Result<sql::Database::Lease> InstrumentedDatabase::Acquire(const sql::TenantScope& scope) {
  auto inner = inner_->Acquire(scope);
  if (!inner) {
    errors_.Increment();
    return inner.error();
  }
  active_.Add(1);
  auto connection = std::make_unique<InstrumentedConnection>(std::move(*inner), query_seconds_, commit_seconds_, errors_);
  return Lease(std::move(connection), [this](std::unique_ptr<sql::Connection> used) {
    used.reset();
    active_.Add(-1);
  });
}

}  // namespace aqua::storage
