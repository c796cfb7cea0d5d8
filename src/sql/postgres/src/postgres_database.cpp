#include "aqua/sql_postgres/postgres_database.hpp"

#include <fmt/format.h>

#include <utility>

#include "aqua/base/text.hpp"
#include "aqua/sql/pool.hpp"
#include "postgres_connection.hpp"

namespace aqua::sql {
namespace {

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

std::string_view Option(const Options& options, std::string_view keyword) {
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (keyword == option->keyword) return option->val == nullptr ? "" : option->val;
  return {};
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(PostgresConfig config, std::string description)
      : config_(std::move(config)), description_(std::move(description)), pool_(config_.pool, [this] { return PostgresConnection::Open(config_); }) {}

  Result<Lease> Acquire(const TenantScope& scope) override { return pool_.Acquire(scope); }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kPostgres; }
  [[nodiscard]] std::string description() const override { return description_; }
  [[nodiscard]] std::size_t connections() const override { return pool_.connections(); }

 private:
  const PostgresConfig config_;
  const std::string description_;
  ConnectionPool pool_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenPostgres(const PostgresConfig& config) {
  char* said = nullptr;
  const Options options(PQconninfoParse(config.url.c_str(), &said), &PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> message(said, &PQfreemem);
  // The message of libpq may repeat the URL and so its password: it is not passed on.
  if (!options) return MakeError(ErrorCode::kInvalidArgument, "the URL of the database is not one that PostgreSQL understands", "database_url");
  const std::string_view port = Option(options, "port");
  std::string description = fmt::format("PostgreSQL, {} at {}:{}", base::Printable(Option(options, "dbname")), base::Printable(Option(options, "host")),
                                        port.empty() ? "5432" : base::Printable(port));
  return std::make_unique<PostgresDatabase>(config, std::move(description));
}

}  // namespace aqua::sql
