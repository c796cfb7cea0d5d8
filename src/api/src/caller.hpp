#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aqua/api/services.hpp"
#include "aqua/auth/principal.hpp"
#include "aqua/http/message.hpp"
#include "aqua/identity/event.hpp"
#include "aqua/ratelimit/limiter.hpp"

namespace aqua::api {

/// Who sends a request, as AccessControl found out.
struct Caller final : http::Attachment {
  std::shared_ptr<const auth::Principal> principal;  ///< null: nobody in particular, on operations open to all
  std::shared_ptr<TenantFacts> tenant;               ///< of the principal; the default one for nobody in particular
  ratelimit::Decision rate;
};

/// The caller. Requires: the request went through AccessControl to an operation.
const Caller& CallerOf(const http::Request& request);
/// The facts of the caller's tenant.
TenantFacts& TenantOf(const http::Request& request);
/// The id of the user behind it; nothing in the local mode.
std::optional<std::string> UserOf(const http::Request& request);
/// Whose deed it is, for sessions, audit and messages.
identity::Origin OriginOf(const http::Request& request);
/// What the caller did or was refused, for the audit log. details: a JSON object.
audit::Entry MakeAuditEntry(const Services& services, const http::Request& request, const std::string& action, const std::string& resource_type,
                            const std::string& resource_id, const std::string& outcome, const std::string& details);
/// Records what the caller did, durably, before it is answered. Errors: those of audit::Log.
Status Audit(Services& services, const http::Request& request, const std::string& action, const std::string& resource_type, const std::string& resource_id);

}  // namespace aqua::api
