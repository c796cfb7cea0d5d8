#include "identity_fixture.hpp"

#include <algorithm>
#include <utility>

#include "aqua/sql/testing/postgres_server.hpp"
#include "aqua/sql_postgres/postgres_database.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"
#include "aqua/storage/migrations.hpp"
#include "table.hpp"

namespace aqua::identity {
namespace {

/// One server for all tests of a process: making one takes seconds.
Result<std::string> NewPostgresDatabase() {
  static const auto server = sql::testing::PostgresServer::Make();
  if (!server) return server.error();
  return (*server)->NewDatabase();
}

}  // namespace

std::string DialectName(const ::testing::TestParamInfo<sql::Dialect>& dialect) { return std::string(sql::Name(dialect.param)); }

Status MemoryNotifier::Send(const std::string& to, const std::string& subject, const std::string& text) {
  const std::lock_guard lock(mutex_);
  messages_.push_back({to, subject, text});
  return {};
}

std::vector<MemoryNotifier::Message> MemoryNotifier::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

Status EventList::Add(const AuditEvent& event) {
  const std::lock_guard lock(mutex_);
  if (failure_) return *failure_;
  events_.push_back(event);
  return {};
}

std::vector<AuditEvent> EventList::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::size_t EventList::Count(std::string_view action, std::string_view outcome) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(events_.begin(), events_.end(), [&](const AuditEvent& event) { return event.action == action && event.outcome == outcome; }));
}

void EventList::FailWith(Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

void IdentityTest::SetUp() {
  if (GetParam() == sql::Dialect::kPostgres) {
    AQUA_REQUIRE_POSTGRES();
    const auto url = NewPostgresDatabase();
    ASSERT_TRUE(url) << url.error().message;
    postgres_url_ = *url;
  }
  config_ = FastConfig();
  const auto database = OpenDatabase();
  ASSERT_NE(database, nullptr);
  const auto migrated = storage::Migrate(*database);
  ASSERT_TRUE(migrated) << migrated.error().message;
  instance_ = MakeInstance();
  ASSERT_NE(instance_.identity, nullptr);
}

IdentityConfig IdentityTest::FastConfig() {
  IdentityConfig config;
  config.accounts.password_cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
  config.accounts.reset_url = "https://farm.example/#/reset?token=";
  config.password_threads = 2;
  config.password_queue = 64;
  return config;
}

std::unique_ptr<sql::Database> IdentityTest::OpenDatabase() {
  auto database = GetParam() == sql::Dialect::kSqlite ? sql::OpenSqlite({.file = folder_.path() / "aqua.db"}) : sql::OpenPostgres({.url = postgres_url_});
  EXPECT_TRUE(database) << database.error().message;
  return database ? *std::move(database) : nullptr;
}

Instance IdentityTest::MakeInstance(const base::Clock& clock) {
  Instance instance;
  instance.database = OpenDatabase();
  instance.cache = std::make_unique<cache::MemoryStore>(cache::MemoryStoreConfig{});
  auto identity = Identity::Open({.database = *instance.database,
                                  .clock = clock,
                                  .logger = logger_,
                                  .metrics = *instance.metrics,
                                  .cache = *instance.cache,
                                  .events = [this](const AuditEvent& event) { return events_.Add(event); },
                                  .notifier = &notifier_},
                                 config_, master_);
  EXPECT_TRUE(identity) << identity.error().message;
  if (identity) instance.identity = *std::move(identity);
  return instance;
}

User IdentityTest::AddUser(const std::string& name, auth::Role role) {
  NewUser user;
  user.email = name + "@farm.example";
  user.username = name;
  user.password = kPassword;
  user.role = role;
  auto added = accounts().CreateUser(user, From());
  EXPECT_TRUE(added) << added.error().message;
  return added ? *std::move(added) : User{};
}

LoginAnswer IdentityTest::Login(const std::string& login, std::string_view password, const std::string& address, SessionKind kind) {
  return sessions().Login({.login = login, .password = std::string(password), .kind = kind, .origin = From(address)});
}

Tokens IdentityTest::SignInForTokens(const std::string& login) {
  const LoginAnswer answer = Login(login);
  EXPECT_TRUE(answer.sign_in) << answer.sign_in.error().message;
  if (!answer.sign_in) return {};
  auto tokens = sessions().IssueTokens(*answer.sign_in);
  EXPECT_TRUE(tokens) << tokens.error().message;
  return tokens ? *std::move(tokens) : Tokens{};
}

std::string IdentityTest::ReasonFor(Instance& instance, const std::string& access_token) {
  const Verdict verdict = instance.identity->authenticator().TryAuthenticate({.bearer = access_token});
  return verdict.kind == Verdict::Kind::kPrincipal ? "" : verdict.reason;
}

std::vector<sql::Row> IdentityTest::Run(std::string_view sql, const std::vector<sql::Value>& parameters) {
  auto rows = Ask(*instance_.database, sql::TenantScope::All(), sql, parameters);
  EXPECT_TRUE(rows) << rows.error().message << " in " << sql;
  return rows ? *std::move(rows) : std::vector<sql::Row>{};
}

}  // namespace aqua::identity
