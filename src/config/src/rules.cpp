#include "rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "aqua/base/text.hpp"

namespace aqua::config {
namespace {

using Entries = std::map<std::string, SettingEntry, std::less<>>;

constexpr std::size_t kMinSecretCharacters = 32;
constexpr std::size_t kMinDifferentCharacters = 8;
/// Parts of the secrets that examples and templates carry.
constexpr std::array<std::string_view, 10> kTemplateWords = {"secret-key", "secret_key", "secretkey", "your-secret",          "your_secret",
                                                             "changeme",   "change-me",  "change_me", "change-in-production", "change_in_production"};
constexpr std::array<std::string_view, 12> kKnownPasswords = {"password", "passwd",    "postgres", "admin", "root",        "secret",
                                                              "changeme", "change-me", "test",     "aqua",  "aquaculture", "aquaculture_password"};

template <typename T>
const T* Find(const Entries& entries, std::string_view key) {
  const auto entry = entries.find(key);
  return entry == entries.end() ? nullptr : std::get_if<T>(&entry->second.value);
}

bool IsTemplate(std::string_view secret) {
  const std::string lower = base::ToLower(secret);
  return std::ranges::any_of(kTemplateWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

void CheckSecret(const Entries& entries, std::string_view key, std::vector<std::string>& faults) {
  const auto entry = entries.find(key);
  if (entry == entries.end() || entry->second.text.empty()) return;
  const std::string& text = entry->second.text;
  const auto refuse = [&](std::string_view why) {
    faults.push_back(fmt::format("{}: {} {}; make one with: openssl rand -hex 32", entry->second.origin, key, why));
  };
  if (text.size() < kMinSecretCharacters)
    refuse(fmt::format("must have at least {} characters in production", kMinSecretCharacters));
  else if (IsTemplate(text))
    refuse("is a well-known default, which production refuses");
  else if (std::set<char>(text.begin(), text.end()).size() < kMinDifferentCharacters)
    refuse(fmt::format("must have at least {} different characters in production", kMinDifferentCharacters));
}

/// Takes the password out of scheme://user:password@host.
std::string_view PasswordOf(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  const std::string_view user = url.substr(0, url.substr(0, url.find('/')).rfind('@'));
  const auto colon = user.find(':');
  return user.size() == url.size() || colon == std::string_view::npos ? std::string_view{} : user.substr(colon + 1);
}

void CheckDatabasePassword(const Entries& entries, std::vector<std::string>& faults) {
  const auto entry = entries.find("database.url");
  if (entry == entries.end()) return;
  const std::string password = base::ToLower(PasswordOf(entry->second.text));
  if (std::ranges::find(kKnownPasswords, password) != kKnownPasswords.end())
    faults.push_back(fmt::format("{}: database.url has a well-known password, which production refuses", entry->second.origin));
}

void CheckProduction(const Entries& entries, std::vector<std::string>& faults) {
  const auto* environment = Find<std::string>(entries, "environment");
  if (environment == nullptr || *environment != "production") return;
  const bool* debug = Find<bool>(entries, "debug");
  if (debug != nullptr && *debug) faults.push_back(fmt::format("{}: debug must be false in production", entries.find("debug")->second.origin));
  CheckSecret(entries, "auth.secret_key", faults);
  CheckSecret(entries, "auth.jwt_secret", faults);
  CheckDatabasePassword(entries, faults);
}

/// Certificate and key come together.
void CheckTls(const Entries& entries, std::vector<std::string>& faults) {
  const auto* certificate = Find<std::string>(entries, "tls.certificate");
  const auto* key = Find<std::string>(entries, "tls.key");
  if (certificate == nullptr || key == nullptr || certificate->empty() == key->empty()) return;
  faults.push_back(
      fmt::format("{}: tls.certificate and tls.key must be set together", entries.find(key->empty() ? "tls.certificate" : "tls.key")->second.origin));
}

void CheckSides(const Entries& entries, std::vector<std::string>& faults) {
  const auto* min_side = Find<std::int64_t>(entries, "imaging.min_side");
  const auto* max_side = Find<std::int64_t>(entries, "imaging.max_side");
  if (min_side == nullptr || max_side == nullptr || *min_side <= *max_side) return;
  faults.push_back(fmt::format("{}: imaging.min_side = {} must not exceed imaging.max_side = {} ({})", entries.find("imaging.min_side")->second.origin,
                               *min_side, *max_side, entries.find("imaging.max_side")->second.origin));
}

}  // namespace

std::vector<std::string> BrokenRules(const Entries& entries) {
  std::vector<std::string> faults;
  CheckProduction(entries, faults);
  CheckSides(entries, faults);
  CheckTls(entries, faults);
  return faults;
}

}  // namespace aqua::config
