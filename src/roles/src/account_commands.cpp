#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <utility>

#include "accounts.hpp"
#include "aqua/audit/reader.hpp"
#include "aqua/audit/verify.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/cache/memory_store.hpp"
#include "aqua/identity/notifier.hpp"
#include "aqua/storage/migrations.hpp"
#include "commands.hpp"
#include "database.hpp"
#include "json_text.hpp"
#include "output.hpp"

namespace aqua::roles {
namespace {

/// Keeps the message that Accounts sends, so that the command line can set a password as its owner would.
class CapturingNotifier final : public identity::Notifier {
 public:
  explicit CapturingNotifier(std::string& text) : text_(text) {}
  Status Send(const std::string& /*to*/, const std::string& /*subject*/, const std::string& text) override {
    text_ = text;
    return {};
  }

 private:
  std::string& text_;
};

/// What the commands stand on.
struct Foundation {
  observe::MetricsRegistry metrics;
  base::SystemClock clock;
  auth::Key256 master{};
  std::unique_ptr<sql::Database> database;
  cache::MemoryStore sessions{cache::MemoryStoreConfig{}};
  std::string mail;
  std::unique_ptr<AccountServices> accounts;

  identity::Accounts& users() { return accounts->identity().accounts(); }
};

Status OpenDatabaseOf(const Context& context, Foundation& foundation) {
  AQUA_TRY_ASSIGN(foundation.database, OpenDatabase(context.settings));
  AQUA_TRY(storage::Migrate(*foundation.database));
  AQUA_TRY_ASSIGN(foundation.master, LoadMasterKey(context.settings));
  return {};
}

Status OpenAccounts(const Context& context, Foundation& foundation) {
  AQUA_TRY(OpenDatabaseOf(context, foundation));
  AQUA_TRY_ASSIGN(foundation.accounts,
                  AccountServices::Open(context.settings, *foundation.database, foundation.sessions, std::make_unique<CapturingNotifier>(foundation.mail),
                                        foundation.master, foundation.clock, foundation.metrics, context.logger));
  return {};
}

/// Everything up to the first line break of standard input. Errors: kInvalidArgument ("password_missing").
Result<std::string> ReadPassword(const AccountArguments& arguments) {
  if (!arguments.password_stdin)
    return MakeError(ErrorCode::kInvalidArgument,
                     "give the password on standard input, with --password-stdin: echo \"$PASSWORD\" | aqua user … --password-stdin", "password_missing");
  if (IsTerminal(STDIN_FILENO)) PrintError("password: ");
  constexpr std::size_t kMaxBytes = 1024;
  std::string password;
  for (int c = std::fgetc(stdin); c != EOF && c != '\n' && password.size() < kMaxBytes; c = std::fgetc(stdin)) password += static_cast<char>(c);
  if (password.ends_with('\r')) password.pop_back();
  if (password.empty()) return MakeError(ErrorCode::kInvalidArgument, "standard input holds no password", "password_missing");
  return password;
}

Result<identity::Organisation> FindOrganisation(identity::Accounts& accounts, const std::string& name) {
  std::optional<std::string> after;
  while (true) {
    AQUA_TRY_ASSIGN(const auto page, accounts.ListOrganisations(500, after));
    for (const identity::Organisation& organisation : page)
      if (name.empty() ? organisation.id == identity::kDefaultTenant : organisation.name == name) return organisation;
    if (page.size() < 500) break;
    after = page.back().id;
  }
  return MakeError(ErrorCode::kNotFound, fmt::format("there is no organisation {}; `aqua organisation list` shows them", base::Printable(name)),
                   "organisation_not_found");
}

Result<identity::User> FindUser(identity::Accounts& accounts, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto organisation, FindOrganisation(accounts, arguments.organisation));
  std::optional<std::string> after;
  while (true) {
    AQUA_TRY_ASSIGN(const auto page, accounts.ListUsers(organisation.id, 500, after));
    for (const identity::User& user : page)
      if (base::ToLower(user.username) == base::ToLower(arguments.username)) return user;
    if (page.size() < 500) break;
    after = page.back().id;
  }
  return MakeError(ErrorCode::kNotFound,
                   fmt::format("there is no account {} in the organisation {}", base::Printable(arguments.username), base::Printable(organisation.name)),
                   "user_not_found");
}

std::string UserJson(const identity::User& user) {
  return fmt::format(R"({{"id":{},"username":{},"email":{},"full_name":{},"role":"{}","is_active":{},"organisation_id":{},"created_at":"{}"}})",
                     JsonText(user.id), JsonText(user.username), JsonText(user.email), JsonTextOrNull(user.full_name.value_or("")), auth::Name(user.role),
                     user.is_active, JsonText(user.tenant), base::FormatTime(user.created_at));
}

void PrintUser(const AccountArguments& arguments, const identity::User& user, std::string_view done) {
  if (arguments.json) {
    fmt::print("{}\n", UserJson(user));
  } else {
    fmt::print("{} {} ({}, {})\n", done, base::Printable(user.username), auth::Name(user.role), user.is_active ? "active" : "inactive");
  }
}

Result<auth::Role> RoleOf(const std::string& name) {
  if (const auto role = auth::ParseRole(name)) return *role;
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("{} is no role; there are viewer, operator, scientist, admin and service", base::Printable(name)),
                   "bad_role");
}

Status CreateUser(Foundation& foundation, const AccountArguments& arguments) {
  identity::NewUser user;
  AQUA_TRY_ASSIGN(user.password, ReadPassword(arguments));
  AQUA_TRY_ASSIGN(const auto organisation, FindOrganisation(foundation.users(), arguments.organisation));
  user.tenant = organisation.id;
  user.username = arguments.username;
  user.email = arguments.email.empty() ? arguments.username + "@users.invalid" : arguments.email;
  if (!arguments.full_name.empty()) user.full_name = arguments.full_name;
  AQUA_TRY_ASSIGN(user.role, RoleOf(arguments.command == AccountCommand::kUserCreateAdmin ? "admin" : arguments.role.empty() ? "viewer" : arguments.role));
  AQUA_TRY_ASSIGN(const auto created, foundation.users().CreateUser(user, {}));
  PrintUser(arguments, created, "created");
  if (created.role == auth::Role::kAdmin && !arguments.json) fmt::print("a server on this database now asks callers to sign in\n");
  return {};
}

Status ListUsers(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto organisation, FindOrganisation(foundation.users(), arguments.organisation));
  std::optional<std::string> after;
  while (true) {
    AQUA_TRY_ASSIGN(const auto page, foundation.users().ListUsers(organisation.id, 500, after));
    for (const identity::User& user : page) {
      if (arguments.json) {
        fmt::print("{}\n", UserJson(user));
      } else {
        fmt::print("{:<24} {:<10} {:<9} {}\n", base::Printable(user.username), auth::Name(user.role), user.is_active ? "active" : "inactive",
                   base::Printable(user.email));
      }
    }
    if (page.size() < 500) return {};
    after = page.back().id;
  }
}

Status ChangeUser(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto user, FindUser(foundation.users(), arguments));
  identity::UserChange change;
  if (!arguments.role.empty()) {
    AQUA_TRY_ASSIGN(change.role, RoleOf(arguments.role));
  }
  if (arguments.activate || arguments.deactivate) change.is_active = arguments.activate;
  if (!arguments.email.empty()) change.email = arguments.email;
  if (!arguments.full_name.empty()) change.full_name = arguments.full_name;
  if (!change.role && !change.is_active && !change.email && !change.full_name)
    return MakeError(ErrorCode::kInvalidArgument, "nothing is to be changed; give --role, --activate, --deactivate, --email or --full-name", "no_change");
  AQUA_TRY_ASSIGN(const auto changed, foundation.users().UpdateUser(user.tenant, user.id, change, {}));
  PrintUser(arguments, changed, "changed");
  return {};
}

/// The token in a password mail: it stands alone on a line, behind the address of the page.
std::string TokenIn(const std::string& mail, const std::string& url) {
  constexpr std::size_t kTokenDigits = 43;
  for (const std::string_view line : base::Split(mail, '\n'))
    if (line.starts_with(url) && line.size() == url.size() + kTokenDigits && line.find(' ') == std::string_view::npos)
      return std::string(line.substr(url.size()));
  return {};
}

Status SetPassword(const Context& context, Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const std::string password, ReadPassword(arguments));
  AQUA_TRY_ASSIGN(const auto user, FindUser(foundation.users(), arguments));
  AQUA_TRY(foundation.users().RequestPasswordReset(user.username, {}));
  foundation.users().AwaitResets();
  const std::string token = TokenIn(foundation.mail, context.settings.Text("auth.reset_url"));
  if (token.empty())
    return MakeError(ErrorCode::kUnavailable, "the password of an inactive account cannot be set, nor that of one twice within a minute", "reset_refused");
  AQUA_TRY(foundation.users().ResetPassword(token, password, {}));
  PrintUser(arguments, user, "set the password of");
  return {};
}

std::string KeyJson(const identity::ApiKeyInfo& key, const std::string& secret) {
  std::string scopes;
  for (const std::string& scope : key.scopes) scopes += (scopes.empty() ? "" : ",") + JsonText(scope);
  const auto time = [](const std::optional<identity::Time>& at) { return at ? fmt::format("\"{}\"", base::FormatTime(*at)) : "null"; };
  return fmt::format(R"({{"id":{},"user_id":{},"name":{},"prefix":{},"scopes":[{}],"is_active":{},"created_at":"{}","expires_at":{},"last_used_at":{}{}}})",
                     JsonText(key.id), JsonText(key.user_id), JsonText(key.name), JsonText(key.prefix), scopes, key.is_active, base::FormatTime(key.created_at),
                     time(key.expires_at), time(key.last_used_at), secret.empty() ? "" : fmt::format(R"(,"secret":{})", JsonText(secret)));
}

Status CreateKey(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto user, FindUser(foundation.users(), arguments));
  identity::ApiKeyRequest request{arguments.name, arguments.scopes, std::nullopt};
  if (arguments.expires_in_days > 0) request.expires_at = foundation.clock.Now() + std::chrono::hours(24 * arguments.expires_in_days);
  AQUA_TRY_ASSIGN(const auto created, foundation.accounts->identity().api_keys().Create(user.tenant, user.id, request, {}));
  if (arguments.json) {
    fmt::print("{}\n", KeyJson(created.info, created.text));
  } else {
    fmt::print("{}\n", created.text);
    PrintError("aqua: keep it now, it is not shown again; clients send it as X-API-Key\n");
  }
  return {};
}

Status ListKeys(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto organisation, FindOrganisation(foundation.users(), arguments.organisation));
  std::string owner;
  if (!arguments.username.empty()) {
    AQUA_TRY_ASSIGN(const auto user, FindUser(foundation.users(), arguments));
    owner = user.id;
  }
  AQUA_TRY_ASSIGN(const auto keys, foundation.accounts->identity().api_keys().List(organisation.id, owner));
  for (const identity::ApiKeyInfo& key : keys) {
    if (arguments.json) {
      fmt::print("{}\n", KeyJson(key, ""));
    } else {
      fmt::print("{}  {:<14} {:<8} {}\n", key.id, key.prefix, key.is_active ? "active" : "ended", base::Printable(key.name));
    }
  }
  return {};
}

Status RevokeKey(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto organisation, FindOrganisation(foundation.users(), arguments.organisation));
  AQUA_TRY(foundation.accounts->identity().api_keys().Revoke(organisation.id, "", arguments.id, {}));
  if (!arguments.json) fmt::print("ended {}\n", base::Printable(arguments.id));
  return {};
}

Status CreateToken(const Context& context, Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto user, FindUser(foundation.users(), arguments));
  if (!user.is_active) return MakeError(ErrorCode::kFailedPrecondition, "the account is inactive", "user_inactive");
  const auth::TokenIssuer issuer(foundation.accounts->identity().key_ring(), MakeTokenPolicy(context.settings));
  auth::AccessClaims claims;
  claims.subject = user.id;
  claims.tenant = user.tenant;
  claims.session = base::NewUuidV7();
  claims.token_id = base::NewUuidV7();
  claims.role = user.role;
  claims.issued_at = std::chrono::time_point_cast<std::chrono::seconds>(foundation.clock.Now());
  AQUA_TRY_ASSIGN(const std::string token, issuer.Issue(claims));
  audit::Entry entry;
  entry.tenant = user.tenant;
  entry.action = "token.create";
  entry.resource_type = "user";
  entry.resource_id = user.id;
  entry.outcome = "ok";
  entry.time = foundation.clock.Now();
  AQUA_TRY(foundation.accounts->audit().Write(entry));
  const auto seconds = MakeTokenPolicy(context.settings).lifetime.count();
  fmt::print("{}\n", arguments.json ? fmt::format(R"({{"access_token":{},"token_type":"bearer","expires_in":{}}})", JsonText(token), seconds) : token);
  return {};
}

Status ListSigningKeys(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto keys, foundation.accounts->identity().keys().List());
  for (const identity::SigningKeyInfo& key : keys) {
    if (arguments.json) {
      fmt::print(R"({{"id":{},"created_at":"{}","activates_at":"{}","retires_at":"{}","is_current":{}}})"
                 "\n",
                 JsonText(key.id), base::FormatTime(key.created_at), base::FormatTime(key.activates_at), base::FormatTime(key.retires_at), key.is_current);
    } else {
      fmt::print("{}  {}  signs from {}, checks until {}\n", key.id, key.is_current ? "current" : "       ", base::FormatTime(key.activates_at),
                 base::FormatTime(key.retires_at));
    }
  }
  return {};
}

Status ListOrganisations(Foundation& foundation, const AccountArguments& arguments) {
  std::optional<std::string> after;
  while (true) {
    AQUA_TRY_ASSIGN(const auto page, foundation.users().ListOrganisations(500, after));
    for (const identity::Organisation& organisation : page) {
      if (arguments.json) {
        fmt::print(R"({{"id":{},"name":{}}})"
                   "\n",
                   JsonText(organisation.id), JsonText(organisation.name));
      } else {
        fmt::print("{}  {}\n", organisation.id, base::Printable(organisation.name));
      }
    }
    if (page.size() < 500) return {};
    after = page.back().id;
  }
}

Status CreateOrganisation(Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto organisation, foundation.users().CreateOrganisation(arguments.name, {}));
  if (arguments.json) {
    fmt::print(R"({{"id":{},"name":{}}})"
               "\n",
               JsonText(organisation.id), JsonText(organisation.name));
  } else {
    fmt::print("created {}; its first administrator: aqua user create-admin --organisation … --username … --password-stdin\n",
               base::Printable(organisation.name));
  }
  return {};
}

Result<int> VerifyAudit(const Context& context, Foundation& foundation, const AccountArguments& arguments) {
  AQUA_TRY_ASSIGN(const auto key, AuditKey(foundation.master));
  audit::VerifyOptions options;
  options.keys = {{auth::KeyThumbprint(key->public_key()), key->public_key()}};
  options.checkpoint_file = arguments.checkpoint_file.empty() ? AuditCheckpointFile(context.settings) : std::filesystem::path(arguments.checkpoint_file);
  std::error_code ignored;
  if (!std::filesystem::exists(options.checkpoint_file, ignored)) {
    Complain(fmt::format("there is no file of checkpoints at {}; what was cut off the end cannot be found without it",
                         base::Printable(options.checkpoint_file.string())));
    options.checkpoint_file.clear();
  }
  AQUA_TRY_ASSIGN(const audit::Report report, audit::Verify(*foundation.database, options));
  if (arguments.json) {
    fmt::print(R"({{"entries":{},"checkpoints":{},"signed_entries":{},"first_bad":{}}})"
               "\n",
               report.entries, report.checkpoints, report.signed_entries,
               report.first_bad ? fmt::format(R"({{"sequence":{},"what":{}}})", report.first_bad->sequence, JsonText(report.first_bad->what)) : "null");
  } else if (report.first_bad) {
    fmt::print("the audit log was tampered with: entry {}: {}\n", report.first_bad->sequence, base::Printable(report.first_bad->what));
  } else {
    fmt::print("the audit log is whole: {} entries, {} checkpoints, signed up to entry {}\n", report.entries, report.checkpoints, report.signed_entries);
  }
  return report.first_bad ? kExitFailed : kExitOk;
}

Status ExportAudit(Foundation& foundation, const AccountArguments& arguments) {
  audit::ExportFilter filter;
  if (!arguments.organisation.empty()) {
    AQUA_TRY_ASSIGN(const auto organisation, FindOrganisation(foundation.users(), arguments.organisation));
    filter.tenant = organisation.id;
  }
  for (const auto& [text, time] : {std::pair(&arguments.from, &filter.from), std::pair(&arguments.to, &filter.to)}) {
    if (text->empty()) continue;
    *time = base::ParseTime(*text);
    if (!*time) return MakeError(ErrorCode::kInvalidArgument, fmt::format("{} is no time like 2026-01-31T08:30:00Z", base::Printable(*text)), "bad_time");
  }
  Output output;
  AQUA_TRY(audit::Export(*foundation.database, filter, [&output](std::string_view line) { return output.Line(line); }));
  return {};
}

Status Run(const Context& context, Foundation& foundation, const AccountArguments& arguments) {
  switch (arguments.command) {
    case AccountCommand::kUserCreateAdmin:
    case AccountCommand::kUserCreate: return CreateUser(foundation, arguments);
    case AccountCommand::kUserList: return ListUsers(foundation, arguments);
    case AccountCommand::kUserChange: return ChangeUser(foundation, arguments);
    case AccountCommand::kUserSetPassword: return SetPassword(context, foundation, arguments);
    case AccountCommand::kKeyCreate: return CreateKey(foundation, arguments);
    case AccountCommand::kKeyList: return ListKeys(foundation, arguments);
    case AccountCommand::kKeyRevoke: return RevokeKey(foundation, arguments);
    case AccountCommand::kTokenCreate: return CreateToken(context, foundation, arguments);
    case AccountCommand::kTokenKeys: return ListSigningKeys(foundation, arguments);
    case AccountCommand::kTokenRemoveKey: return foundation.accounts->identity().keys().Remove(arguments.id, {});
    case AccountCommand::kOrganisationCreate: return CreateOrganisation(foundation, arguments);
    case AccountCommand::kOrganisationList: return ListOrganisations(foundation, arguments);
    case AccountCommand::kAuditExport: return ExportAudit(foundation, arguments);
    case AccountCommand::kAuditVerify: break;
  }
  return {};
}

Result<int> RunOrFail(const Context& context, const AccountArguments& arguments) {
  Foundation foundation;
  if (arguments.command == AccountCommand::kAuditVerify) {
    AQUA_TRY(OpenDatabaseOf(context, foundation));
    return VerifyAudit(context, foundation, arguments);
  }
  AQUA_TRY(OpenAccounts(context, foundation));
  AQUA_TRY(Run(context, foundation, arguments));
  return kExitOk;
}

}  // namespace

int RunAccounts(const Context& context, const AccountArguments& arguments) {
  const auto exit_code = RunOrFail(context, arguments);
  if (exit_code) return *exit_code;
  Complain(exit_code.error().message);
  return exit_code.error().code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

}  // namespace aqua::roles
