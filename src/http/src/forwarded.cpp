#include "forwarded.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "aqua/base/text.hpp"
#include "field_value.hpp"

namespace aqua::http {
namespace {

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<Address> ParseHop(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !(rest[0] == ':' && IsPort(rest.substr(1)))) return std::nullopt;
    const std::optional<Address> address = Address::Parse(text.substr(1, end - 1));
    return text.substr(1, end - 1).find(':') == std::string_view::npos ? std::nullopt : address;
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos)
    return IsPort(text.substr(colon + 1)) ? Address::Parse(text.substr(0, colon)) : std::nullopt;
  return Address::Parse(text);
}

/// Calls visit(member) for each member of a list field, from the right, over all fields of that name, until it says false.
template <typename Visit>
void VisitFromTheRight(const Headers& headers, std::string_view name, Visit visit) {
  for (auto field = headers.fields().rbegin(); field != headers.fields().rend(); ++field) {
    if (!EqualIgnoringCase(field->first, name)) continue;
    std::string_view rest = field->second;
    for (std::size_t comma = 0; comma != std::string_view::npos;) {
      comma = rest.rfind(',');
      if (!visit(base::Trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1)))) return;
      if (comma != std::string_view::npos) rest = rest.substr(0, comma);
    }
  }
}

}  // namespace

bool IsIn(const std::vector<AddressRange>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) { return range.Contains(address); });
}

void ApplyForwarded(const std::vector<AddressRange>& trusted, const Headers& headers, Request& request) {
  std::optional<Address> client;
  VisitFromTheRight(headers, "X-Forwarded-For", [&](std::string_view member) {
    const std::optional<Address> hop = ParseHop(member);
    if (!hop) return false;
    client = hop;
    return IsIn(trusted, *hop);
  });
  if (client) request.peer = client->ToString();
  VisitFromTheRight(headers, "X-Forwarded-Proto", [&](std::string_view member) {
    for (const std::string_view scheme : {"http", "https"})
      if (EqualIgnoringCase(member, scheme)) request.scheme = scheme;
    return false;
  });
}

}  // namespace aqua::http
