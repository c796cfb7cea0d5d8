#include "rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Entries = std::map<std::string, SettingEntry, std::less<>>;

SettingEntry Entry(SettingValue value, std::string text = {}) { return {std::move(value), std::move(text), SettingSource::kFile, "f:1"}; }

Entries With(std::string_view environment, const std::string& key, SettingEntry entry) {
  return {{"environment", Entry(std::string(environment))}, {key, std::move(entry)}};
}

std::vector<std::string> FaultsOfSecret(const std::string& secret) {
  return BrokenRules(With("production", "auth.secret_key", Entry(std::monostate(), secret)));
}

std::vector<std::string> FaultsOfDatabase(const std::string& url) { return BrokenRules(With("production", "database.url", Entry(std::monostate(), url))); }

TEST(RulesTest, NothingSetBreaksNothing) { EXPECT_THAT(BrokenRules({}), IsEmpty()); }

TEST(RulesTest, ProductionRefusesDebug) {
  EXPECT_THAT(BrokenRules(With("production", "debug", Entry(true))), ElementsAre("f:1: debug must be false in production"));
  EXPECT_THAT(BrokenRules(With("production", "debug", Entry(false))), IsEmpty());
  EXPECT_THAT(BrokenRules(With("staging", "debug", Entry(true))), IsEmpty());
}

TEST(RulesTest, ProductionRefusesShortSecrets) {
  EXPECT_THAT(FaultsOfSecret("changeme"), ElementsAre(HasSubstr("f:1: auth.secret_key must have at least 32 characters in production")));
  EXPECT_THAT(FaultsOfSecret("0123456789abcdef0123456789abcde"), ElementsAre(HasSubstr("at least 32 characters")));
  EXPECT_THAT(FaultsOfSecret("0123456789abcdef0123456789abcdef"), IsEmpty());
}

TEST(RulesTest, ProductionRefusesSecretsOfTemplates) {
  EXPECT_THAT(FaultsOfSecret("your-secret-key-change-in-production"), ElementsAre(HasSubstr("well-known default")));
  EXPECT_THAT(FaultsOfSecret("CHANGEME-CHANGEME-CHANGEME-0123456789"), ElementsAre(HasSubstr("well-known default")));
  EXPECT_THAT(FaultsOfSecret(std::string(64, 'a')), ElementsAre(HasSubstr("different characters")));
}

TEST(RulesTest, SecretsAreNotShown) { EXPECT_THAT(FaultsOfSecret("hunter2"), ElementsAre(::testing::Not(HasSubstr("hunter2")))); }

TEST(RulesTest, TheTokenSecretIsHeldToTheSameRule) {
  EXPECT_THAT(BrokenRules(With("production", "auth.jwt_secret", Entry(std::monostate(), "secret"))), ElementsAre(HasSubstr("auth.jwt_secret")));
}

TEST(RulesTest, OutsideProductionAnySecretWillDo) {
  EXPECT_THAT(BrokenRules(With("development", "auth.secret_key", Entry(std::monostate(), "secret"))), IsEmpty());
}

TEST(RulesTest, ProductionRefusesKnownDatabasePasswords) {
  EXPECT_THAT(FaultsOfDatabase("postgresql://aqua:Password@db:5432/aqua"),
              ElementsAre("f:1: database.url has a well-known password, which production refuses"));
  EXPECT_THAT(FaultsOfDatabase("postgresql://aqua:7hN2vq0@db/password@x"), IsEmpty());
  for (const char* url : {"sqlite:////var/lib/aqua.db", "postgresql://db/aqua", "postgresql://aqua@db/aqua", "postgres", "postgresql://db:5432"})
    EXPECT_THAT(FaultsOfDatabase(url), IsEmpty()) << url;
}

TEST(RulesTest, SmallestSideMustNotExceedTheLargest) {
  Entries entries = {{"imaging.min_side", Entry(std::int64_t{100})}, {"imaging.max_side", Entry(std::int64_t{99})}};
  EXPECT_THAT(BrokenRules(entries), ElementsAre("f:1: imaging.min_side = 100 must not exceed imaging.max_side = 99 (f:1)"));
  entries["imaging.max_side"] = Entry(std::int64_t{100});
  EXPECT_THAT(BrokenRules(entries), IsEmpty());
}

}  // namespace
}  // namespace aqua::config
