#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/base/testing/manual_clock.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/time.hpp"
#include "aqua/cache/memory_store.hpp"
#include "aqua/identity/identity.hpp"
#include "aqua/observe/testing/memory_logger.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

/// Keeps messages for a test to read. Thread-safe.
class MemoryNotifier final : public Notifier {
 public:
  struct Message {
    std::string to, subject, text;
  };
  Status Send(const std::string& to, const std::string& subject, const std::string& text) override;
  [[nodiscard]] std::vector<Message> messages() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Message> messages_;
};

/// Keeps events; fails when told to. Thread-safe.
class EventList {
 public:
  Status Add(const AuditEvent& event);
  [[nodiscard]] std::vector<AuditEvent> events() const;
  [[nodiscard]] std::size_t Count(std::string_view action, std::string_view outcome = "ok") const;
  void FailWith(Error error);

 private:
  mutable std::mutex mutex_;
  std::vector<AuditEvent> events_;
  std::optional<Error> failure_;
};

/// A process of its own, but for the database and, where that is shared, the cache.
struct Instance {
  Instance() = default;
  Instance(Instance&&) noexcept = default;
  /// The services end before what they stand on.
  Instance& operator=(Instance&& other) noexcept {
    identity = std::move(other.identity);
    cache = std::move(other.cache);
    metrics = std::move(other.metrics);
    database = std::move(other.database);
    return *this;
  }
  ~Instance() = default;

  std::unique_ptr<sql::Database> database;
  std::unique_ptr<observe::MetricsRegistry> metrics = std::make_unique<observe::MetricsRegistry>();
  std::unique_ptr<cache::MemoryStore> cache;
  std::unique_ptr<Identity> identity;
};

/// The services over a database of their own with the schema in it, once for each dialect.
class IdentityTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  static constexpr std::string_view kPassword = "correct horse battery";

  void SetUp() override;

  std::unique_ptr<sql::Database> OpenDatabase();
  Instance MakeInstance(const base::Clock& clock);
  Instance MakeInstance() { return MakeInstance(clock_); }
  IdentityConfig FastConfig();

  Accounts& accounts() { return instance_.identity->accounts(); }
  Sessions& sessions() { return instance_.identity->sessions(); }
  ApiKeys& api_keys() { return instance_.identity->api_keys(); }
  Authenticator& authenticator() { return instance_.identity->authenticator(); }
  RevocationFeed& feed() { return instance_.identity->revocations(); }

  User AddUser(const std::string& name, auth::Role role = auth::Role::kOperator);
  LoginAnswer Login(const std::string& login, std::string_view password = kPassword, const std::string& address = "192.0.2.1",
                    SessionKind kind = SessionKind::kToken);
  /// Signs in and takes the first tokens.
  Tokens SignInForTokens(const std::string& login);
  /// The reason of a refused token; "" for a good one.
  std::string ReasonFor(Instance& instance, const std::string& access_token);
  std::vector<sql::Row> Run(std::string_view sql, const std::vector<sql::Value>& parameters = {});

  static Origin From(const std::string& address = "192.0.2.1") { return {.address = address, .user_agent = "test/1"}; }

  base::testing::TemporaryFolder folder_;
  base::testing::ManualClock clock_{base::ParseTime("2026-11-26T12:00:00.25Z").value()};
  observe::testing::MemoryLogger logger_;
  MemoryNotifier notifier_;
  EventList events_;
  std::array<std::uint8_t, 32> master_{};
  IdentityConfig config_;
  std::string postgres_url_;
  Instance instance_;
};

std::string DialectName(const ::testing::TestParamInfo<sql::Dialect>& dialect);

}  // namespace aqua::identity

#define AQUA_FOR_EVERY_DATABASE(suite) \
  INSTANTIATE_TEST_SUITE_P(Databases, suite, ::testing::Values(sql::Dialect::kSqlite, sql::Dialect::kPostgres), DialectName)
