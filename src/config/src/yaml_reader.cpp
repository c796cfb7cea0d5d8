#include "yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>

#include "aqua/base/text.hpp"

namespace aqua::config {
namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxKeyBytes = 200;

/// Leaves the parser at the first thing that this reader does not take.
struct Refusal {
  int line;
  std::string message;
};

/// Turns the parser's events into entries.
class EntryCollector : public YAML::EventHandler {
 public:
  EntryCollector(std::string_view file_name, std::vector<Entry>& entries) : file_name_(file_name), entries_(entries) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) throw Refusal{mark.line, "only one YAML document is allowed in the file"};
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    if (maps_.empty()) return;
    if (ExpectsKey()) throw Refusal{mark.line, "a key is missing"};
    AddEntry(std::nullopt);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw Refusal{mark.line, "aliases (*name) are not allowed"}; }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (maps_.empty()) throw Refusal{mark.line, "the file must hold keys and values (\"key: value\")"};
    if (ExpectsKey())
      TakeKey(mark, value);
    else
      AddEntry(value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    throw Refusal{mark.line, "lists are not allowed; write several values as text with commas"};
  }
  void OnSequenceEnd() override {}

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (maps_.size() >= kMaxDepth) throw Refusal{mark.line, fmt::format("more than {} levels", kMaxDepth)};
    if (maps_.empty()) {
      maps_.emplace_back();
      return;
    }
    if (ExpectsKey()) throw Refusal{mark.line, "a key must be a word"};
    maps_.push_back({.prefix = PendingName() + "."});
  }

  void OnMapEnd() override {
    maps_.pop_back();
    if (!maps_.empty()) maps_.back().key.reset();
  }

 private:
  /// A map that is being read.
  struct OpenMap {
    std::string prefix = {};
    std::set<std::string> seen = {};
    std::optional<std::string> key = {};
    int line = 0;
  };

  [[nodiscard]] bool ExpectsKey() const { return !maps_.back().key.has_value(); }
  [[nodiscard]] std::string PendingName() const { return maps_.back().prefix + *maps_.back().key; }

  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) throw Refusal{mark.line, "anchors (&name) are not allowed"};
  }

  /// The parser reports "?" for a plain value and "!" for a quoted one.
  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") throw Refusal{mark.line, "tags (!name) are not allowed"};
  }

  void TakeKey(const YAML::Mark& mark, const std::string& key) {
    if (key.size() > kMaxKeyBytes) throw Refusal{mark.line, fmt::format("a key is longer than {} bytes", kMaxKeyBytes)};
    OpenMap& map = maps_.back();
    if (!map.seen.insert(key).second) throw Refusal{mark.line, fmt::format("{} is given twice", base::Printable(map.prefix + key))};
    map.key = key;
    map.line = mark.line;
  }

  void AddEntry(std::optional<std::string> value) {
    if (entries_.size() >= kMaxEntries) throw Refusal{maps_.back().line, fmt::format("more than {} settings", kMaxEntries)};
    entries_.push_back({PendingName(), std::move(value), fmt::format("{}:{}", file_name_, maps_.back().line + 1)});
    maps_.back().key.reset();
  }

  std::string_view file_name_;
  std::vector<Entry>& entries_;
  std::vector<OpenMap> maps_;
  bool started_ = false;
};

}  // namespace

Reading ReadYaml(std::string_view file_name, std::string_view text) {
  Reading reading;
  EntryCollector collector(file_name, reading.entries);
  const auto fault = [&](int line, std::string_view message) {
    reading.faults.push_back(fmt::format("{}:{}: {}", file_name, line + 1, base::Printable(message)));
  };
  // The parser takes an open quote for a closed one when the text ends in a line end.
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(collector)) {
    }
  } catch (const Refusal& refusal) {
    fault(refusal.line, refusal.message);
  } catch (const YAML::Exception& error) {
    fault(error.mark.line, "not valid YAML: " + error.msg);
  } catch (const std::exception& error) {
    reading.faults.push_back(fmt::format("{}: not readable as YAML: {}", file_name, base::Printable(error.what())));
  }
  return reading;
}

}  // namespace aqua::config
