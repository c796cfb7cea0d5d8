#pragma once

#include <string>
#include <string_view>

#include "aqua/base/clock.hpp"
#include "aqua/identity/event.hpp"

namespace aqua::identity {

/// What most events have in common: made from who asked and when.
AuditEvent EventOf(std::string_view action, const std::string& tenant, std::string_view resource_type, const std::string& resource_id, const Origin& origin,
                   const base::Clock& clock);

/// Records an event where somebody listens.
Status Tell(const Events& events, const AuditEvent& event);

/// A user agent as it is kept: printable, at most 256 bytes.
std::string KeptUserAgent(std::string_view user_agent);
/// An address as it is kept: printable, at most 64 bytes.
std::string KeptAddress(std::string_view address);

}  // namespace aqua::identity
