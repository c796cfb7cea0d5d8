#include "router.hpp"

#include <algorithm>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"

namespace aqua::http {
namespace {

bool IsParameter(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

/// Names the values that a template's parameters took, in their order.
std::vector<std::pair<std::string, std::string>> NameValues(std::string_view path_template, const std::vector<std::string_view>& values) {
  std::vector<std::pair<std::string, std::string>> parameters;
  if (values.empty()) return parameters;
  for (const std::string_view segment : base::Split(path_template.substr(1), '/')) {
    if (IsParameter(segment)) parameters.emplace_back(segment.substr(1, segment.size() - 2), values.at(parameters.size()));
    if (segment == "*") parameters.emplace_back(segment, values.at(parameters.size()));
  }
  return parameters;
}

std::string AllowedMethods(const std::vector<const Route*>& routes) {
  std::string allow;
  for (const Route* route : routes) {
    if (!allow.empty()) allow += ", ";
    allow += Name(route->method);
    if (route->method == Method::kGet) allow += ", HEAD";
  }
  return allow;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) Add(route);
}

void Router::Add(const Route& route) {
  AQUA_ASSERT(route.path.starts_with('/') && route.handler != nullptr);
  Node* node = &root_;
  const std::vector<std::string_view> segments = base::Split(std::string_view(route.path).substr(1), '/');
  const bool wildcard = segments.back() == "*";
  for (const std::string_view segment : std::vector(segments.begin(), segments.end() - (wildcard ? 1 : 0))) {
    AQUA_ASSERT(segment != "*");
    std::unique_ptr<Node>& next = IsParameter(segment) ? node->parameter : node->literals[std::string(segment)];
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  std::vector<const Route*>& here = wildcard ? node->wildcard : node->routes;
  AQUA_ASSERT(std::none_of(here.begin(), here.end(), [&](const Route* other) { return other->method == route.method; }));
  here.push_back(&route);
}

const std::vector<const Route*>* Router::Descend(const Node& node, std::string_view rest, Values& values) {
  if (rest.empty()) return node.routes.empty() ? nullptr : &node.routes;
  // rest begins with '/'.
  const std::size_t end = std::min(rest.find('/', 1), rest.size());
  const std::string_view segment = rest.substr(1, end - 1);
  if (const auto literal = node.literals.find(segment); literal != node.literals.end())
    if (const auto* const found = Descend(*literal->second, rest.substr(end), values)) return found;
  if (node.parameter != nullptr && !segment.empty()) {
    values.push_back(segment);
    if (const auto* const found = Descend(*node.parameter, rest.substr(end), values)) return found;
    values.pop_back();
  }
  if (node.wildcard.empty()) return nullptr;
  values.push_back(rest.substr(1));
  return &node.wildcard;
}

Router::Match Router::Find(const Method* method, std::string_view path) const {
  Match match;
  Values values;
  const std::vector<const Route*>* const routes = Descend(root_, path, values);
  if (routes == nullptr) return match;
  match.path = routes->front()->path;
  const auto found = std::find_if(routes->begin(), routes->end(), [&](const Route* route) { return method != nullptr && route->method == *method; });
  if (found == routes->end()) {
    match.allow = AllowedMethods(*routes);
    return match;
  }
  match.route = *found;
  match.index = static_cast<std::size_t>(*found - routes_.data());
  match.parameters = NameValues(match.route->path, values);
  return match;
}

}  // namespace aqua::http
