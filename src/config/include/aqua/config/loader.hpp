#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/config/settings.hpp"

namespace aqua::config {

/// Where settings are read from; defaults < file < dotenv < environment < flags.
struct Sources {
  /// YAML: nested maps give dotted keys, and environment names are accepted at the top level. When it is not given, the
  /// file that AQUA_CONFIG names is read. At most 1 MiB and 16 levels; no lists, anchors, aliases, or keys given twice.
  std::optional<std::filesystem::path> file;
  /// Lines of KEY=VALUE under environment names, with quotes, # comments and "export "; nothing is substituted. At most
  /// 1 MiB; no values over several lines, or names given twice.
  std::optional<std::filesystem::path> dotenv;
  /// An empty value counts as not given, here and in the dotenv file.
  std::map<std::string, std::string> environment;
  /// Dotted key and value; the last one of a key wins.
  std::vector<std::pair<std::string, std::string>> flags;
};

struct Loaded {
  Settings settings;
  /// One sentence each, for the log: known names without effect, ignored names.
  std::vector<std::string> warnings;
};

/// Reads a file of at most max_bytes, with the errors of base::ReadFile.
using FileReader = std::function<Result<Bytes>(const std::filesystem::path& path, std::uint64_t max_bytes)>;

/// Reads, checks and merges all sources. Files that are named must exist. Blocks on files only.
/// Errors: kInvalidArgument ("invalid_config"); the message lists every fault found, one a line, each with its place,
/// the value (never that of a secret) and what is allowed.
Result<Loaded> Load(const Sources& sources);

/// As above, with files read through `read_file`.
Result<Loaded> Load(const Sources& sources, const FileReader& read_file);

/// Returns the environment of this process. Not to be called while another thread changes it.
std::map<std::string, std::string> ProcessEnvironment();

}  // namespace aqua::config
