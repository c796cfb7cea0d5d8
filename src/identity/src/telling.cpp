#include "telling.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "aqua/base/text.hpp"

namespace aqua::identity {
namespace {

std::string Kept(std::string_view text, std::size_t max_bytes) {
  std::string printable = base::Printable(text.substr(0, max_bytes));
  // The harmless form may be longer; it is not cut within a character.
  std::size_t end = std::min(printable.size(), max_bytes);
  while (end > 0 && end < printable.size() && (static_cast<std::uint8_t>(printable[end]) & 0xC0U) == 0x80U) --end;
  printable.resize(end);
  return printable;
}

}  // namespace

std::string KeptUserAgent(std::string_view user_agent) { return Kept(user_agent, 256); }

std::string KeptAddress(std::string_view address) { return Kept(address, 64); }

AuditEvent EventOf(std::string_view action, const std::string& tenant, std::string_view resource_type, const std::string& resource_id, const Origin& origin,
                   const base::Clock& clock) {
  AuditEvent event;
  event.action = action;
  event.tenant = tenant;
  if (!origin.user_id.empty()) event.user_id = origin.user_id;
  event.resource_type = resource_type;
  if (!resource_id.empty()) event.resource_id = resource_id;
  event.outcome = "ok";
  event.ip_address = KeptAddress(origin.address);
  event.user_agent = KeptUserAgent(origin.user_agent);
  event.request_id = origin.request_id;
  event.time = clock.Now();
  return event;
}

Status Tell(const Events& events, const AuditEvent& event) { return events ? events(event) : Status(); }

}  // namespace aqua::identity
