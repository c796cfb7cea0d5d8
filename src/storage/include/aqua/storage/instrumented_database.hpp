#pragma once

#include <memory>
#include <string>

#include "aqua/observe/metrics.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::storage {

/// Counts and times what is asked of another database, which it owns. Thread-safe; `registry` must outlive it.
/// database_connections_active: connections in use. database_query_duration_seconds{operation="query|commit"}: one call.
/// aqua_storage_database_errors_total: calls that failed, waits for a connection included.
class InstrumentedDatabase final : public sql::Database {
 public:
  InstrumentedDatabase(std::unique_ptr<sql::Database> inner, observe::MetricsRegistry& registry);

  Result<Lease> Acquire(const sql::TenantScope& scope) override;
  [[nodiscard]] sql::Dialect dialect() const override { return inner_->dialect(); }
  [[nodiscard]] std::string description() const override { return inner_->description(); }
  [[nodiscard]] std::size_t connections() const override { return inner_->connections(); }

 private:
  std::unique_ptr<sql::Database> inner_;
  observe::Gauge& active_;
  observe::Histogram& query_seconds_;
  observe::Histogram& commit_seconds_;
  observe::Counter& errors_;
};

}  // namespace aqua::storage
