#include "caller.hpp"

#include "aqua/base/assert.hpp"

namespace aqua::api {

const Caller& CallerOf(const http::Request& request) {
  const auto* caller = dynamic_cast<const Caller*>(request.attachment.get());
  AQUA_ASSERT(caller != nullptr);
  return *caller;
}

TenantFacts& TenantOf(const http::Request& request) { return *CallerOf(request).tenant; }

std::optional<std::string> UserOf(const http::Request& request) {
  const auto& principal = CallerOf(request).principal;
  return principal && !principal->user_id.empty() ? std::optional(principal->user_id) : std::nullopt;
}

identity::Origin OriginOf(const http::Request& request) {
  identity::Origin origin;
  if (const auto* caller = dynamic_cast<const Caller*>(request.attachment.get()); caller != nullptr && caller->principal)
    origin.user_id = caller->principal->user_id;
  origin.address = request.peer;
  origin.user_agent = request.headers.Find("User-Agent").value_or("");
  origin.request_id = request.request_id;
  return origin;
}

audit::Entry MakeAuditEntry(const Services& services, const http::Request& request, const std::string& action, const std::string& resource_type,
                            const std::string& resource_id, const std::string& outcome, const std::string& details) {
  audit::Entry entry;
  entry.tenant = CallerOf(request).tenant->id;
  entry.user_id = UserOf(request);
  entry.action = action;
  entry.resource_type = resource_type;
  entry.resource_id = resource_id;
  entry.details = details;
  entry.ip_address = request.peer;
  entry.user_agent = request.headers.Find("User-Agent").value_or("");
  entry.request_id = request.request_id;
  entry.outcome = outcome;
  entry.time = services.clock.Now();
  return entry;
}

Status Audit(Services& services, const http::Request& request, const std::string& action, const std::string& resource_type, const std::string& resource_id) {
  return services.identity.audit.Write(MakeAuditEntry(services, request, action, resource_type, resource_id, "ok", "{}"));
}

}  // namespace aqua::api
