#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "aqua/config/settings.hpp"
#include "aqua/observe/log.hpp"

namespace aqua::roles {

/// Exit codes of every command.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,  ///< some or all of the work failed; each failure was named
  kExitUsage = 2,   ///< the command line or the settings are wrong; nothing was done
  kExitInterrupted = 130,
};

/// What every command gets: the checked settings and where to log.
struct Context {
  const config::Settings& settings;
  observe::Logger& logger;
};

struct ClassifyArguments {
  std::vector<std::string> paths;
  bool json = false;
  std::size_t top = 3;
  bool show_candidates = false;  ///< --top was given: the table shows the further candidates too
  std::filesystem::path metrics_file;
};
int RunClassify(const Context& context, const ClassifyArguments& arguments);

struct ModelArguments {
  std::string model;  ///< NAME[@VERSION]; empty: the configured one
  bool json = false;
};
int RunModelList(const Context& context, const ModelArguments& arguments);
int RunModelInspect(const Context& context, const ModelArguments& arguments);
int RunModelValidate(const Context& context, const ModelArguments& arguments);

struct EvaluateArguments {
  std::string model;
  std::filesystem::path data;
  std::filesystem::path list;
  std::string split;
  std::filesystem::path unknown;
  bool json = false;
};
int RunModelEvaluate(const Context& context, const EvaluateArguments& arguments);

struct DoctorArguments {
  bool json = false;
};
int RunDoctor(const Context& context, const DoctorArguments& arguments, const std::vector<std::string>& config_warnings);

struct ServeArguments {
  std::string role;
  std::filesystem::path ports_file;  ///< where the ports chosen are written as JSON; empty: nowhere
};
/// Runs a role until a signal ends it.
int RunServe(const Context& context, const ServeArguments& arguments);

struct MigrateArguments {
  bool plan = false;
};
int RunMigrate(const Context& context, const MigrateArguments& arguments);

/// Commands on accounts work on the database of the settings, whether a server runs or not.
enum class AccountCommand {
  kUserCreateAdmin,
  kUserCreate,
  kUserList,
  kUserChange,
  kUserSetPassword,
  kKeyCreate,
  kKeyList,
  kKeyRevoke,
  kTokenCreate,
  kTokenKeys,
  kTokenRemoveKey,
  kOrganisationCreate,
  kOrganisationList,
  kAuditVerify,
  kAuditExport,
};

struct AccountArguments {
  AccountCommand command = AccountCommand::kUserList;
  bool json = false;
  std::string username;
  std::string email;  ///< empty: <username>@users.invalid
  std::string full_name;
  std::string role;          ///< empty: viewer when creating, else unchanged
  std::string organisation;  ///< name; empty: the default one
  bool password_stdin = false;
  bool activate = false;
  bool deactivate = false;
  std::string name;  ///< of a key or an organisation
  std::vector<std::string> scopes;
  int expires_in_days = 0;  ///< 0: the default
  std::string id;           ///< of a key to end
  std::string from, to;     ///< of an export
  std::string checkpoint_file;
};
int RunAccounts(const Context& context, const AccountArguments& arguments);

}  // namespace aqua::roles
