#include "completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "aqua/base/text.hpp"
#include "aqua/config/setting.hpp"

namespace aqua::roles {
namespace {

struct Word {
  std::string text;
  std::string description;
};

/// A command with what may follow it; "" is the program itself, "model list" a command of a command.
struct Place {
  std::string command;
  std::vector<Word> commands;
  std::vector<Word> options;
};

void Collect(const CLI::App& app, const std::string& command, std::vector<Place>& places) {
  Place place{command, {}, {}};
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty())
      for (const std::string& name : option->get_lnames()) place.options.push_back({"--" + name, option->get_description()});
  std::vector<std::pair<const CLI::App*, std::string>> below;
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
    place.commands.push_back({child->get_name(), child->get_description()});
    below.emplace_back(child, command.empty() ? child->get_name() : command + " " + child->get_name());
  }
  if (command == "completion")
    for (const char* shell : {"bash", "zsh", "fish"}) place.commands.push_back({shell, "shell"});
  places.push_back(std::move(place));
  for (const auto& [child, name] : below) Collect(*child, name, places);
}

std::vector<Word> SettingWords() {
  std::vector<Word> words;
  for (const config::Setting& setting : config::Table())
    if (setting.state == config::SettingState::kActive) words.push_back({fmt::format("--{}=", setting.key), std::string(setting.description)});
  return words;
}

std::string Join(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) text += (text.empty() ? "" : " ") + word.text;
  return text;
}

/// How the shells tell a word after a command: both joined by a slash; "/classify", "model/list".
std::string CaseKey(const std::string& command) {
  const auto space = command.rfind(' ');
  return space == std::string::npos ? "/" + command : command.substr(0, space) + "/" + command.substr(space + 1);
}

/// Text within single quotes, for any of the three shells.
std::string Quote(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

/// Shell cases that follow the words of a command: "classify" leads to that place, "model evaluate" to that one.
std::string CommandCases(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places)
    if (!place.command.empty()) cases += fmt::format("      {}) command={} ;;\n", Quote(CaseKey(place.command)), Quote(place.command));
  return cases;
}

std::string BashScript(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places)
    cases +=
        fmt::format("    {}) words={} ;;\n", Quote(place.command), Quote(Join(place.commands) + (place.commands.empty() ? "" : " ") + Join(place.options)));
  return fmt::format(R"(# bash completion for aqua
_aqua() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= word words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case $command/$word in
{}    esac
  done
  case $command in
{}  esac
  case $current in --*.*) words={} ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ $current != -* && ( -z $command || $command == classify || $command == *evaluate ) && -n $command ]]; then
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
  [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace
}}
complete -o filenames -F _aqua aqua
)",
                     CommandCases(places), cases, Quote(Join(SettingWords())));
}

std::string ZshScript(const std::vector<Place>& places) {
  const auto list = [](const std::vector<Word>& words) {
    std::string text;
    for (const Word& word : words) {
      std::string description = word.description;
      std::replace(description.begin(), description.end(), ':', ';');
      text += " " + Quote(word.text + ":" + description);
    }
    return text;
  };
  std::string cases;
  for (const Place& place : places)
    cases += fmt::format("    {}) commands=({} ) options=({} ) ;;\n", Quote(place.command), list(place.commands), list(place.options));
  return fmt::format(R"(#compdef aqua
_aqua() {{
  local command= word
  local -a commands options settings
  for word in ${{words[2,CURRENT-1]}}; do
    case $command/$word in
{}    esac
  done
  case $command in
{}  esac
  settings=({} )
  (( ${{#commands}} )) && _describe command commands
  if [[ $words[CURRENT] == --*.* ]]; then _describe -S '' setting settings; elif [[ $words[CURRENT] == -* ]]; then _describe option options; fi
  [[ $command == classify || $command == 'model evaluate' ]] && _files
}}
compdef _aqua aqua
)",
                     CommandCases(places), cases, list(SettingWords()));
}

std::string FishScript(const std::vector<Place>& places) {
  std::string script = "# fish completion for aqua\ncomplete -c aqua -f\n";
  for (const Place& place : places) {
    std::string condition;
    if (place.command.empty())
      condition = "__fish_use_subcommand";
    else
      for (const std::string_view word : base::Split(place.command, ' '))
        condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", word);
    for (const Word& word : place.commands) script += fmt::format("complete -c aqua -n {} -a {} -d {}\n", Quote(condition), word.text, Quote(word.description));
    for (const Word& word : place.options)
      script += fmt::format("complete -c aqua -n {} -l {} -d {}\n", Quote(condition), word.text.substr(2), Quote(word.description));
    if (place.command == "classify" || place.command == "model evaluate") script += fmt::format("complete -c aqua -n {} -F\n", Quote(condition));
  }
  return script;
}

}  // namespace

std::string MakeCompletion(const CLI::App& app, const std::string& shell) {
  std::vector<Place> places;
  Collect(app, "", places);
  if (shell == "bash") return BashScript(places);
  return shell == "zsh" ? ZshScript(places) : FishScript(places);
}

}  // namespace aqua::roles
