#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "aqua/base/result.hpp"

namespace aqua::identity {

using Time = std::chrono::system_clock::time_point;

/// On whose behalf and from where something is asked. Goes into events and into the list of sessions.
struct Origin {
  std::string user_id = {};     ///< who acts; empty: nobody signed in, or the command line
  std::string address = {};     ///< IP address; empty: within the process
  std::string user_agent = {};  ///< from the client: cut to 256 bytes and made printable where it is kept
  std::string request_id = {};
};

/// Something that belongs in the audit log. Holds no secret: no password, no token, no key, not even in part.
struct AuditEvent {
  std::string action;  ///< "auth.login", "user.update", "key.create", …
  std::string tenant;
  std::optional<std::string> user_id;  ///< who acted
  std::string resource_type;           ///< "user", "session", "api_key", "signing_key", "organisation"
  std::optional<std::string> resource_id;
  std::string outcome;         ///< "ok", "failed", "delayed"
  std::string details = "{}";  ///< a JSON object
  std::string ip_address;
  std::string user_agent;
  std::string request_id;
  Time time;
};

/// Records an event; durable when it returns. Called by any thread, before the answer goes out: its error is the answer's error,
/// also where the deed itself is done. Empty: nothing is recorded.
using Events = std::function<Status(const AuditEvent&)>;

}  // namespace aqua::identity
