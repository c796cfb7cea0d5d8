#include "help.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"

namespace aqua::roles {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kOptionColumns = 30;

constexpr std::string_view kClassifyExit =
    "0    every image was classified (an unknown fish is an answer, not a failure)\n"
    "1    some images failed, each named with its reason; or the model or the output failed\n"
    "2    wrong usage or settings; nothing was done\n"
    "130  interrupted; what was done until then was printed";
constexpr std::string_view kPlainExit =
    "0  done\n"
    "1  failed; the reason was printed\n"
    "2  wrong usage or settings; nothing was done";

constexpr std::array<Manual, 30> kManuals = {{
    {"aqua", "knows fish from photos, as a command or as a server with a page",
     "aqua [OPTION…] COMMAND [ARGUMENT…]\naqua --role=all-in-one [--ports-file FILE] [OPTION…]",
     "Classifies fish in photos with models that say how sure they are and when they do not know. Give a COMMAND; `aqua COMMAND --help` explains each. "
     "With --role it serves the API and the page on this machine and keeps what it answered, until SIGTERM or Ctrl-C; SIGHUP opens the log file anew. "
     "Every setting can be given in a file (--config), in .env, in the environment, or as a flag --KEY=VALUE, each of these winning over the ones before it.",
     kPlainExit, "aqua classify photo.jpg\naqua classify --json photos/ >answers.jsonl\naqua --role=all-in-one\naqua doctor"},
    {"aqua classify", "says which fish is in each image", "aqua classify [--json] [--top K] PATH…\naqua classify [--json] [--top K] - <IMAGE",
     "PATH is a JPEG, PNG or WebP file, or a folder that is searched for images, its own folders included; - is one image on standard input. The type is told "
     "by content, not by name. "
     "A fish that the model does not know is answered \"unknown\". Nothing is recorded, and nothing leaves this machine. All cores are used (setting "
     "classify.workers); answers come in the order of the images. "
     "With --json each image is one JSON object on a line of its own (members: docs/cli.md); an image that fails is a line with an \"error\". Without it, "
     "failures are named on standard error.",
     kClassifyExit,
     "aqua classify trout.jpg\naqua classify --top 3 photos/\ncat trout.jpg | aqua classify --json -\naqua classify --json photos/ | jq -r 'select(.rejected) "
     "| .path'"},
    {"aqua model", "lists, shows, checks and measures models", "aqua model COMMAND",
     "Models lie in <base>/<name>/<version>/, where base is the setting model.base_path (ML_MODEL_BASE_PATH). MODEL is NAME or NAME@VERSION; left out, it is "
     "the configured one.",
     kPlainExit, "aqua model list\naqua model validate fish_species@v1.0.0"},
    {"aqua model list", "lists the models that are installed", "aqua model list [--json]",
     "The star marks the model that classifies. With --json each model is one JSON object on a line.", kPlainExit, "aqua model list"},
    {"aqua model inspect", "shows what a model is made of", "aqua model inspect [--json] [MODEL]",
     "Shows files, preprocessing, calibration, the rule for unknown fish, measured figures, operators and species.", kPlainExit,
     "aqua model inspect fish_species"},
    {"aqua model validate", "checks a model as loading it would, and more", "aqua model validate [--json] [MODEL]",
     "Checks the sidecar, sizes and SHA-256 of the files, that a shipped model is the one that was shipped, the graph (self-contained, standard operators, "
     "acyclic, labels fit), that the engine loads it, "
     "and that the warm-up image gets its stored answer.",
     kPlainExit, "aqua model validate fish_species@v1.0.0"},
    {"aqua model evaluate", "measures a model on labelled images",
     "aqua model evaluate [MODEL] --data DIR [--list FILE] [--split NAME] [--unknown DIR] [--json]",
     "DIR holds the images. Their classes come from a CSV file with the columns path and class (and split and source, where there are any): the one given with "
     "--list, or DIR/SPLIT.csv; without one, the folder "
     "of an image names its class. Judge a model on images it was not trained on: --split test. --unknown measures how well fish of other classes are refused.",
     kClassifyExit,
     "aqua model evaluate --data species --split test\naqua model evaluate fish_species@v1.0.0 --data species --split test --unknown species_ood --json"},
    {"aqua doctor", "says what is wrong with this installation, and what to do", "aqua doctor [--json]",
     "Looks at the processor, the settings, the engine, the model (loads it and has it classify its warm-up image) and the state folder.",
     "0  it works, perhaps with warnings\n1  something must be mended; what to do was printed\n2  wrong usage or settings", "aqua doctor"},
    {"aqua user", "makes and changes accounts", "aqua user COMMAND",
     "Works on the database of the settings, whether a server runs or not. The first administrator ends the local mode: from then on the server asks callers "
     "to sign in.",
     kPlainExit, "echo \"$PASSWORD\" | aqua user create-admin --username anna --password-stdin\naqua user list"},
    {"aqua user create-admin", "makes an administrator",
     "aqua user create-admin --username NAME --password-stdin [--email ADDRESS] [--organisation NAME] [--json]",
     "The password is the first line of standard input. A server that runs in the local mode asks callers to sign in within a second.", kPlainExit,
     "openssl rand -base64 18 | tee admin-password | aqua user create-admin --username anna --password-stdin"},
    {"aqua user create", "makes an account", "aqua user create --username NAME --password-stdin [--role ROLE] [--email ADDRESS] [--organisation NAME] [--json]",
     "Roles: viewer reads; operator also classifies and corrects; scientist as operator, for models; admin also manages accounts; service is for programs.",
     kPlainExit, "echo \"$PASSWORD\" | aqua user create --username ben --role operator --password-stdin"},
    {"aqua user list", "lists accounts", "aqua user list [--organisation NAME] [--json]", "With --json each account is one JSON object on a line.", kPlainExit,
     "aqua user list --json"},
    {"aqua user change", "changes an account",
     "aqua user change --username NAME [--role ROLE] [--activate|--deactivate] [--email ADDRESS] [--full-name TEXT] [--json]",
     "A changed role and --deactivate end the sessions of the account, on every server within a second. The last administrator stays one.", kPlainExit,
     "aqua user change --username ben --deactivate"},
    {"aqua user set-password", "sets the password of an account", "aqua user set-password --username NAME --password-stdin [--json]",
     "All sessions of the account end. For whoever forgot his password and has no mail.", kPlainExit,
     "echo \"$PASSWORD\" | aqua user set-password --username ben --password-stdin"},
    {"aqua key", "makes and ends API keys", "aqua key COMMAND",
     "A key acts for an account, with its role, limited to its scopes. Clients send it as X-API-Key.", kPlainExit,
     "aqua key create --username feeder --name 'feeding robot' --scope predictions:write"},
    {"aqua key create", "makes an API key", "aqua key create --username NAME --name TEXT [--scope SCOPE]… [--expires-in-days DAYS] [--json]",
     "Prints the key, which is kept nowhere and never shown again. Scopes are the x-scope of the operations in the contract, such as predictions:read; without "
     "any the key may do all that the role of its account may.",
     kPlainExit, "aqua key create --username feeder --name camera --scope predictions:write --json"},
    {"aqua key list", "lists API keys", "aqua key list [--username NAME] [--organisation NAME] [--json]",
     "Shows what keys are called and when they end, never the keys themselves.", kPlainExit, "aqua key list --username feeder"},
    {"aqua key revoke", "ends an API key", "aqua key revoke ID [--organisation NAME] [--json]", "The key is refused everywhere within a second.", kPlainExit,
     "aqua key revoke 0193c9a2-7b1e-7c3d-9f00-000000000000"},
    {"aqua token", "makes access tokens, and shows the keys that sign them", "aqua token COMMAND",
     "Access tokens are short-lived; a server checks them by its signing keys, which it replaces by itself (setting auth.key_rotation).", kPlainExit,
     "aqua token create --username anna\naqua token keys"},
    {"aqua token create", "makes an access token", "aqua token create --username NAME [--organisation NAME] [--json]",
     "For scripts on this machine. The token lives as long as one that a sign-in gives, and cannot be refreshed.", kPlainExit,
     "curl -H \"Authorization: Bearer $(aqua token create --username anna)\" http://127.0.0.1:8000/api/v1/auth/me"},
    {"aqua token keys", "lists the keys that sign access tokens", "aqua token keys [--json]", "The previous, the current and the next one.", kPlainExit,
     "aqua token keys"},
    {"aqua token remove-key", "removes a signing key at once", "aqua token remove-key ID [--json]",
     "For a key that may have become known to others. All tokens that it signed are refused within a minute; clients refresh them.", kPlainExit,
     "aqua token remove-key \"$(aqua token keys | head -1 | cut -d' ' -f1)\""},
    {"aqua organisation", "makes organisations that share a server", "aqua organisation COMMAND",
     "Each has its own accounts and data, and sees nothing of the others.", kPlainExit, "aqua organisation create 'North farm'"},
    {"aqua organisation create", "makes an organisation", "aqua organisation create NAME [--json]",
     "It needs an administrator next: aqua user create-admin --organisation NAME.", kPlainExit, "aqua organisation create 'North farm'"},
    {"aqua organisation list", "lists organisations", "aqua organisation list [--json]", "With --json each is one JSON object on a line.", kPlainExit,
     "aqua organisation list"},
    {"aqua audit", "checks and exports the audit log", "aqua audit COMMAND",
     "The log holds sign-ins, refused requests and changes of accounts, keys and data, each entry chained to the one before by its hash.", kPlainExit,
     "aqua audit verify"},
    {"aqua audit verify", "checks the audit log from its first entry on", "aqua audit verify [--checkpoint-file FILE] [--json]",
     "Finds the first entry that was altered, removed, inserted or cut off. Keep a copy of the checkpoints where whoever can write the database cannot.",
     "0  the log is whole\n1  it was tampered with, or could not be read; the reason was printed\n2  wrong usage or settings; nothing was done",
     "aqua audit verify --checkpoint-file /mnt/worm/audit-checkpoints.jsonl"},
    {"aqua audit export", "prints the audit log as JSON lines", "aqua audit export [--organisation NAME] [--from TIME] [--to TIME]",
     "Each line holds all that its hash is made of; docs/formats/audit.md says how to check it.", kPlainExit,
     "aqua audit export --from 2026-01-01T00:00:00Z >audit.jsonl"},
    {"aqua migrate", "brings the database to the schema of this program", "aqua migrate [--plan]",
     "A server does the same when it starts. The database is DATABASE_URL, or aqua.db in the state folder. All steps are applied in one transaction; "
     "a database that a newer program wrote is left alone.",
     kPlainExit, "aqua migrate --plan\nDATABASE_URL=postgresql://aqua@db/aqua aqua migrate"},
    {"aqua completion", "prints a completion script for a shell", "aqua completion bash|zsh|fish", "The script completes commands, options and settings.",
     kPlainExit, "source <(aqua completion bash)\naqua completion zsh >~/.zfunc/_aqua\naqua completion fish >~/.config/fish/completions/aqua.fish"},
}};

/// Breaks text into lines of at most `columns`; lines that are broken already stay so.
std::string Wrap(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string out;
  for (const std::string_view paragraph : base::Split(text, '\n')) {
    std::size_t used = 0;
    for (const std::string_view word : base::Split(paragraph, ' ')) {
      const std::size_t width = base::DisplayWidth(word);
      if (used > 0 && used + 1 + width > columns - indent) {
        out += '\n';
        used = 0;
      }
      out += used == 0 ? std::string(indent, ' ') : " ";
      used += (used == 0 ? 0 : 1) + width;
      out += word;
    }
    out += '\n';
  }
  return out;
}

std::string Entry(const std::string& name, const std::string& description) {
  const std::string text = Wrap(description, 4 + kOptionColumns, kColumns);
  if (base::DisplayWidth(name) + 2 > kOptionColumns) return "    " + name + "\n" + text;
  return "    " + name + std::string(kOptionColumns - base::DisplayWidth(name), ' ') + text.substr(4 + kOptionColumns);
}

std::string Options(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty()) {
      std::string name = option->get_name(true, true);
      std::replace(name.begin(), name.end(), ',', ' ');
      if (option->get_type_size() > 0 && !option->get_positional()) name += " " + option->get_type_name();
      text += Entry(name, option->get_description());
    }
  return text;
}

std::string Commands(const CLI::App& app) {
  std::string text;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* candidate) { return !candidate->get_group().empty(); }))
    text += Entry(command->get_name(), command->get_description());
  return text;
}

}  // namespace

const Manual& FindManual(std::string_view command) {
  const auto found = std::find_if(kManuals.begin(), kManuals.end(), [command](const Manual& manual) { return manual.command == command; });
  AQUA_ASSERT(found != kManuals.end());
  return *found;
}

std::string ManualPage(const CLI::App& app, const Manual& manual, std::string_view settings) {
  std::string page = "NAME\n" + Wrap(fmt::format("{} – {}", manual.command, manual.summary), 4, kColumns);
  page += "\nSYNOPSIS\n" + Wrap(manual.synopsis, 4, kColumns);
  page += "\nDESCRIPTION\n" + Wrap(manual.description, 4, kColumns);
  if (const std::string commands = Commands(app); !commands.empty()) page += "\nCOMMANDS\n" + commands;
  page += "\nOPTIONS\n" + Options(app);
  if (!settings.empty()) page += fmt::format("\nSETTINGS\n{}", settings);
  page += "\nEXIT STATUS\n" + Wrap(manual.exit_status, 4, kColumns);
  page += "\nEXAMPLES\n" + Wrap(manual.examples, 4, kColumns);
  return page;
}

}  // namespace aqua::roles
