#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "aqua/base/text.hpp"
#include "aqua/config/report.hpp"
#include "aqua/config/setting.hpp"
#include "completion.hpp"
#include "help.hpp"
#include "output.hpp"

namespace aqua::roles {
namespace {

/// The parser and the places it fills. CLI11 keeps pointers into it, so it does not move.
struct Parser {
  CLI::App app{"", "aqua"};
  std::string config_file;
  bool version = false;
  bool check_config = false;
  bool print_config = false;
  bool config_reference = false;
  bool openapi = false;
  ServeArguments serve;
  std::string ports_file;
  MigrateArguments migrate;
  ClassifyArguments classify;
  std::string metrics_file;
  ModelArguments model;
  EvaluateArguments evaluate;
  std::string data, list, unknown;
  DoctorArguments doctor;
  CompletionArguments completion;
  AccountArguments account;
  bool account_given = false;

  Parser();

 private:
  CLI::App* AddCommand(CLI::App& parent, const std::string& name);
  void AddClassify();
  void AddModel();
  void AddOthers();
  CLI::App* AddAccountCommand(CLI::App& group, const std::string& name, AccountCommand command);
  void AddUsers();
  void AddKeys();
  void AddTokens();
  void AddOrganisations();
  void AddAudit();
};

CLI::App* Parser::AddCommand(CLI::App& parent, const std::string& name) {
  const std::string full = (&parent == &app ? "aqua " : "aqua " + parent.get_name() + " ") + name;
  const Manual& manual = FindManual(full);
  CLI::App* command = parent.add_subcommand(name, std::string(manual.summary));
  command->formatter_fn([&manual](const CLI::App* self, const std::string&, CLI::AppFormatMode) { return ManualPage(*self, manual, ""); });
  command->set_help_flag("-h,--help", "Show this page.");
  return command;
}

void Parser::AddClassify() {
  CLI::App* command = AddCommand(app, "classify");
  command->add_option("PATH", classify.paths, "Images or folders; - for one image on standard input.")->required();
  command->add_flag("--json", classify.json, "Print one JSON object a line instead of a table.");
  command->add_option("--top", classify.top, "How many candidates to give for each image (default 3, in the table only when asked for).")
      ->check(CLI::Range(1, 1000).description(""))
      ->type_name("K");
  command->add_option("--metrics", metrics_file, "Write counts and times to FILE for Prometheus (textfile format) at the end.")->type_name("FILE");
}

void Parser::AddModel() {
  CLI::App* group = AddCommand(app, "model");
  group->require_subcommand(1);
  CLI::App* list_command = AddCommand(*group, "list");
  CLI::App* inspect = AddCommand(*group, "inspect");
  CLI::App* validate = AddCommand(*group, "validate");
  CLI::App* measure = AddCommand(*group, "evaluate");
  for (CLI::App* command : {list_command, inspect, validate}) command->add_flag("--json", model.json, "Print JSON.");
  for (CLI::App* command : {inspect, validate}) command->add_option("MODEL", model.model, "NAME or NAME@VERSION (default: the configured model).");
  measure->add_option("MODEL", evaluate.model, "NAME or NAME@VERSION (default: the configured model).");
  measure->add_option("--data", data, "Folder with the images.")->required()->type_name("DIR");
  measure->add_option("--list", list, "CSV file with the columns path and class, here or in DIR (default: SPLIT.csv in DIR).")->type_name("FILE");
  measure->add_option("--split", evaluate.split, "Take only rows whose column split is NAME.")->type_name("NAME");
  measure->add_option("--unknown", unknown, "Folder with fish of classes that the model does not know.")->type_name("DIR");
  measure->add_flag("--json", evaluate.json, "Print the report as one JSON object.");
}

void Parser::AddOthers() {
  AddCommand(app, "doctor")->add_flag("--json", doctor.json, "Print one JSON object.");
  AddCommand(app, "migrate")->add_flag("--plan", migrate.plan, "Only show what would be done.");
  AddCommand(app, "completion")
      ->add_option("SHELL", completion.shell, "bash, zsh or fish.")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
}

CLI::App* Parser::AddAccountCommand(CLI::App& group, const std::string& name, AccountCommand command) {
  CLI::App* added = AddCommand(group, name);
  added->callback([this, command] {
    account.command = command;
    account_given = true;
  });
  return added;
}

void Parser::AddUsers() {
  CLI::App* group = AddCommand(app, "user");
  group->require_subcommand(1);
  CLI::App* create_admin = AddAccountCommand(*group, "create-admin", AccountCommand::kUserCreateAdmin);
  CLI::App* create = AddAccountCommand(*group, "create", AccountCommand::kUserCreate);
  CLI::App* list_command = AddAccountCommand(*group, "list", AccountCommand::kUserList);
  CLI::App* change = AddAccountCommand(*group, "change", AccountCommand::kUserChange);
  CLI::App* set_password = AddAccountCommand(*group, "set-password", AccountCommand::kUserSetPassword);
  for (CLI::App* command : {create_admin, create, change, set_password})
    command->add_option("--username", account.username, "Name that the account signs in with.")->required()->type_name("NAME");
  for (CLI::App* command : {create_admin, create, change}) {
    command->add_option("--email", account.email, "Address for password mails (default: NAME@users.invalid, which gets none).")->type_name("ADDRESS");
    command->add_option("--full-name", account.full_name, "Name for people.")->type_name("TEXT");
  }
  for (CLI::App* command : {create, change}) command->add_option("--role", account.role, "viewer, operator, scientist, admin or service.")->type_name("ROLE");
  for (CLI::App* command : {create_admin, create, set_password})
    command->add_flag("--password-stdin", account.password_stdin, "Read the password from the first line of standard input.");
  change->add_flag("--activate", account.activate, "Switch the account on.");
  change->add_flag("--deactivate", account.deactivate, "Switch the account off and end its sessions.")->excludes("--activate");
  for (CLI::App* command : {create_admin, create, list_command, change, set_password}) {
    command->add_option("--organisation", account.organisation, "Name of the organisation (default: the first one).")->type_name("NAME");
    command->add_flag("--json", account.json, "Print JSON.");
  }
}

void Parser::AddKeys() {
  CLI::App* group = AddCommand(app, "key");
  group->require_subcommand(1);
  CLI::App* create = AddAccountCommand(*group, "create", AccountCommand::kKeyCreate);
  CLI::App* list_command = AddAccountCommand(*group, "list", AccountCommand::kKeyList);
  CLI::App* revoke = AddAccountCommand(*group, "revoke", AccountCommand::kKeyRevoke);
  create->add_option("--username", account.username, "Account that the key acts for.")->required()->type_name("NAME");
  create->add_option("--name", account.name, "What the key is for.")->required()->type_name("TEXT");
  create->add_option("--scope", account.scopes, "Limit the key to this scope, such as predictions:write; may be given again.")->type_name("SCOPE");
  create->add_option("--expires-in-days", account.expires_in_days, "Days until it ends (default 90).")
      ->check(CLI::Range(1, 365).description(""))
      ->type_name("DAYS");
  list_command->add_option("--username", account.username, "Only the keys of this account.")->type_name("NAME");
  revoke->add_option("ID", account.id, "Id of the key, as `aqua key list` shows it.")->required();
  for (CLI::App* command : {create, list_command, revoke}) {
    command->add_option("--organisation", account.organisation, "Name of the organisation (default: the first one).")->type_name("NAME");
    command->add_flag("--json", account.json, "Print JSON.");
  }
}

void Parser::AddTokens() {
  CLI::App* group = AddCommand(app, "token");
  group->require_subcommand(1);
  CLI::App* create = AddAccountCommand(*group, "create", AccountCommand::kTokenCreate);
  CLI::App* keys = AddAccountCommand(*group, "keys", AccountCommand::kTokenKeys);
  CLI::App* remove = AddAccountCommand(*group, "remove-key", AccountCommand::kTokenRemoveKey);
  create->add_option("--username", account.username, "Account that the token acts for.")->required()->type_name("NAME");
  create->add_option("--organisation", account.organisation, "Name of the organisation (default: the first one).")->type_name("NAME");
  remove->add_option("ID", account.id, "Id of the signing key, as `aqua token keys` shows it.")->required();
  for (CLI::App* command : {create, keys, remove}) command->add_flag("--json", account.json, "Print JSON.");
}

void Parser::AddOrganisations() {
  CLI::App* group = AddCommand(app, "organisation");
  group->require_subcommand(1);
  CLI::App* create = AddAccountCommand(*group, "create", AccountCommand::kOrganisationCreate);
  create->add_option("NAME", account.name, "Its name.")->required();
  CLI::App* list_command = AddAccountCommand(*group, "list", AccountCommand::kOrganisationList);
  for (CLI::App* command : {create, list_command}) command->add_flag("--json", account.json, "Print JSON.");
}

void Parser::AddAudit() {
  CLI::App* group = AddCommand(app, "audit");
  group->require_subcommand(1);
  CLI::App* verify = AddAccountCommand(*group, "verify", AccountCommand::kAuditVerify);
  verify->add_option("--checkpoint-file", account.checkpoint_file, "Copy of the checkpoints off the database (default: setting audit.checkpoint_file).")
      ->type_name("FILE");
  verify->add_flag("--json", account.json, "Print the report as one JSON object.");
  CLI::App* export_command = AddAccountCommand(*group, "export", AccountCommand::kAuditExport);
  export_command->add_option("--organisation", account.organisation, "Only what happened in this organisation.")->type_name("NAME");
  export_command->add_option("--from", account.from, "Only from this time on, like 2026-01-31T08:30:00Z.")->type_name("TIME");
  export_command->add_option("--to", account.to, "Only before this time.")->type_name("TIME");
}

Parser::Parser() {
  app.formatter_fn([](const CLI::App* self, const std::string&, CLI::AppFormatMode) { return ManualPage(*self, FindManual("aqua"), config::HelpText()); });
  app.set_help_flag("-h,--help", "Show this page.");
  app.require_subcommand(0, 1);
  app.fallthrough(false);
  app.add_option("--config", config_file, "Read settings from a YAML file (see config/).")->type_name("FILE");
  app.add_flag("--version", version, "Show version, commit and engines.");
  app.add_flag("--check-config", check_config, "Check the settings, list all that is wrong, and end.");
  app.add_flag("--print-config", print_config, "Show every setting, its value and where it came from, secrets masked.");
  app.add_flag("--config-reference", config_reference, "Print docs/config.md.")->group("");
  app.add_flag("--openapi", openapi, "Print the contract of the API, api/openapi.json.")->group("");
  app.add_option("--role", serve.role, "Run a server: all-in-one (the API and the page) or api.")->type_name("ROLE");
  app.add_option("--ports-file", ports_file, "Write the ports that the server listens on to FILE as JSON.")->type_name("FILE");
  AddClassify();
  AddModel();
  AddUsers();
  AddKeys();
  AddTokens();
  AddOrganisations();
  AddAudit();
  AddOthers();
}

/// A flag "--some.key[=value]" that gives a setting; keys without a dot are settings too when the table has them.
std::optional<std::string> SettingKey(std::string_view argument) {
  if (!argument.starts_with("--")) return std::nullopt;
  const std::string key(argument.substr(2, argument.find('=') - 2));
  if (key.find('.') != std::string::npos || config::FindSetting(key) != nullptr) return key;
  return std::nullopt;
}

/// Takes the flags that are settings out of the command line. Returns what is wrong, if anything.
std::optional<std::string> TakeSettingFlags(std::vector<std::string>& arguments, std::vector<std::pair<std::string, std::string>>& flags) {
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") {
      rest.insert(rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      break;
    }
    const auto key = SettingKey(arguments[i]);
    if (!key) {
      rest.push_back(arguments[i]);
      continue;
    }
    const auto equals = arguments[i].find('=');
    if (equals == std::string::npos && i + 1 == arguments.size()) return fmt::format("--{} needs a value: --{}=VALUE", *key, *key);
    flags.emplace_back(*key, equals == std::string::npos ? arguments[++i] : arguments[i].substr(equals + 1));
  }
  arguments = std::move(rest);
  return std::nullopt;
}

int UsageError(std::string_view message, std::string_view command) {
  Complain(fmt::format("{}; `{} --help` explains the usage", message, command));
  return kExitUsage;
}

/// Full name of the command that was being parsed, for the hint.
std::string CommandName(const CLI::App& app) {
  std::string name = "aqua";
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  return name;
}

/// What the user may have meant by a word that stands where a command should.
std::string CommandHint(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (!app.get_subcommands().empty() || arguments.empty() || arguments.front().starts_with('-')) return {};
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) known.push_back(command->get_name());
  const auto nearest = base::Nearest(arguments.front(), known);
  return fmt::format("'{}' is no command{}", base::Printable(arguments.front()), nearest ? fmt::format("; did you mean {}?", *nearest) : "");
}

/// What was parsed, or nothing when neither a command nor an option that stands for one was given.
bool TakeCommand(Parser& parser, CommandLine& line) {
  CLI::App& app = parser.app;
  if (parser.version) {
    line.command = ShowCommand::kVersion;
  } else if (parser.config_reference) {
    line.command = ShowCommand::kConfigReference;
  } else if (parser.openapi) {
    line.command = ShowCommand::kOpenApi;
  } else if (parser.print_config) {
    line.command = ShowCommand::kPrintConfig;
  } else if (parser.check_config) {
    line.command = ShowCommand::kCheckConfig;
  } else if (app.got_subcommand("classify")) {
    parser.classify.metrics_file = parser.metrics_file;
    parser.classify.show_candidates = app.get_subcommand("classify")->get_option("--top")->count() > 0;
    line.command = parser.classify;
  } else if (app.got_subcommand("model")) {
    CLI::App* model = app.get_subcommand("model");
    if (model->got_subcommand("evaluate")) {
      parser.evaluate.data = parser.data;
      parser.evaluate.list = parser.list;
      parser.evaluate.unknown = parser.unknown;
      line.command = parser.evaluate;
    } else {
      line.command = std::pair(model->got_subcommand("list")      ? ModelCommand::kList
                               : model->got_subcommand("inspect") ? ModelCommand::kInspect
                                                                  : ModelCommand::kValidate,
                               parser.model);
    }
  } else if (app.got_subcommand("doctor")) {
    line.command = parser.doctor;
  } else if (parser.account_given) {
    line.command = parser.account;
  } else if (app.got_subcommand("migrate")) {
    line.command = parser.migrate;
  } else if (app.got_subcommand("completion")) {
    line.command = parser.completion;
  } else if (!parser.serve.role.empty()) {
    parser.serve.ports_file = parser.ports_file;
    line.command = parser.serve;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::variant<CommandLine, int> ParseCommandLine(const std::vector<std::string>& given) {
  std::vector<std::string> arguments = given;
  CommandLine line;
  if (const auto fault = TakeSettingFlags(arguments, line.setting_flags)) return UsageError(*fault, "aqua");
  Parser parser;
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    parser.app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = &parser.app;
    while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().front();
    fmt::print("{}", asked->help());
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    const std::string hint = CommandHint(parser.app, arguments);
    return UsageError(hint.empty() ? base::Printable(error.what()) : hint, CommandName(parser.app));
  }
  line.config_file = parser.config_file;
  if (TakeCommand(parser, line)) return line;
  if (arguments.empty()) {
    PrintError(parser.app.help());
    return kExitUsage;
  }
  return UsageError("a command is missing", "aqua");
}

std::string CompletionScript(const std::string& shell) {
  const Parser parser;
  return MakeCompletion(parser.app, shell);
}

}  // namespace aqua::roles
