#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/http/server.hpp"

namespace aqua::http {

/// Finds the route of a path. Immutable once built, so thread-safe. Time grows with the segments of the path, not with the
/// number of routes; a literal segment wins over a parameter and a parameter over "/*", whatever the method.
class Router {
 public:
  /// Requires: templates that begin with '/', "*" only as their last segment, no route twice.
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  ///< null: the path is unknown, or known with other methods
    std::size_t index = kNoRoute;  ///< of the route among those the router was built from
    std::string_view path;         ///< template of a path that is known; empty: unknown
    std::string allow;             ///< methods the path has, "GET, HEAD, POST"; only when route is null; empty: path unknown
    std::vector<std::pair<std::string, std::string>> parameters;
  };

  /// method: null for one that no route has. path: decoded, begins with '/'.
  [[nodiscard]] Match Find(const Method* method, std::string_view path) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<const Route*> routes;    ///< that end here
    std::vector<const Route*> wildcard;  ///< that take all below
  };
  /// One parameter's value on the way down; names are known once the route is.
  using Values = std::vector<std::string_view>;

  void Add(const Route& route);
  static const std::vector<const Route*>* Descend(const Node& node, std::string_view rest, Values& values);

  std::vector<Route> routes_;
  Node root_;
};

}  // namespace aqua::http
