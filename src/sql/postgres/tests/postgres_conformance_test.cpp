#include <gtest/gtest.h>

#include "aqua/sql/testing/database_conformance.hpp"
#include "shared_server.hpp"

namespace aqua::sql::testing {
namespace {

class PostgresSource final : public DatabaseSource {
 public:
  explicit PostgresSource(std::string url) : url_(std::move(url)) {}
  Result<std::unique_ptr<Database>> Open(const PoolConfig& pool) override { return OpenPostgres({.url = url_, .pool = pool}); }

 private:
  const std::string url_;
};

void MakeSource(std::unique_ptr<DatabaseSource>& source) {
  AQUA_REQUIRE_POSTGRES();
  auto url = SharedServer().NewDatabase();
  ASSERT_TRUE(url.has_value()) << url.error().message;
  source = std::make_unique<PostgresSource>(*std::move(url));
}

std::unique_ptr<DatabaseSource> MakePostgresSource() {
  std::unique_ptr<DatabaseSource> source;
  MakeSource(source);
  return source;
}

INSTANTIATE_TEST_SUITE_P(Postgres, DatabaseValueTest, ::testing::Values(&MakePostgresSource));
INSTANTIATE_TEST_SUITE_P(Postgres, DatabaseTransactionTest, ::testing::Values(&MakePostgresSource));
INSTANTIATE_TEST_SUITE_P(Postgres, DatabasePoolTest, ::testing::Values(&MakePostgresSource));
INSTANTIATE_TEST_SUITE_P(Postgres, DatabaseMisuseTest, ::testing::Values(&MakePostgresSource));

}  // namespace
}  // namespace aqua::sql::testing
