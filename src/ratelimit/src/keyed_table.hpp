#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace aqua::ratelimit {

/// Entries by key, at most so many: the ones idle for longest go first. For one thread at a time; a reference to an entry is good
/// until the next Add().
template <typename Entry>
class KeyedTable {
 public:
  explicit KeyedTable(std::size_t max_entries) : max_entries_(max_entries < 1 ? 1 : max_entries) {}

  /// Null when there is none. What is found counts as used now.
  Entry* Find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    nodes_.splice(nodes_.begin(), nodes_, found->second);
    return &found->second->entry;
  }

  /// Adds an entry. Looks at two of the entries idle for longest and drops those that `worthless(entry)`; when the table is full
  /// after that, the one idle for longest goes. Requires: Find(key) == nullptr.
  template <typename Worthless>
  Entry& Add(std::string_view key, Entry entry, const Worthless& worthless) {
    for (int i = 0; i < 2 && !nodes_.empty() && worthless(nodes_.back().entry); ++i) DropLast();
    if (nodes_.size() >= max_entries_) DropLast();
    nodes_.push_front({std::string(key), std::move(entry)});
    index_.emplace(nodes_.front().key, nodes_.begin());
    return nodes_.front().entry;
  }

  /// Calls visit(key, entry) for all.
  template <typename Visit>
  void ForEach(const Visit& visit) {
    for (Node& node : nodes_) visit(std::string_view(node.key), node.entry);
  }

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    std::string key;
    Entry entry;
  };

  void DropLast() {
    index_.erase(nodes_.back().key);
    nodes_.pop_back();
  }

  std::size_t max_entries_;
  std::list<Node> nodes_;  ///< last used first
  std::unordered_map<std::string_view, typename std::list<Node>::iterator> index_;
};

}  // namespace aqua::ratelimit
