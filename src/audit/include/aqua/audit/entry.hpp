#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace aqua::audit {

using Time = std::chrono::system_clock::time_point;

/// Something that happened and must be provable later. Holds no secret; a token at most as the first 8 digits of its hash.
/// What comes from outside may hold any bytes: control characters are escaped ("\x0a", a backslash becomes two), bytes that are not
/// UTF-8 become U+FFFD, and texts too long are cut with "…".
struct Entry {
  std::string tenant;                           ///< UUID
  std::optional<std::string> user_id = {};      ///< UUID; need not exist
  std::string action;                           ///< "auth.login", "key.create": 1–64 of a–z 0–9 _ .
  std::string resource_type;                    ///< "user", "model": as action
  std::optional<std::string> resource_id = {};  ///< at most 256 bytes
  std::string details = "{}";                   ///< JSON object of at most 16 KiB; kept in compact form
  std::optional<std::string> ip_address = {};   ///< at most 64 bytes
  std::optional<std::string> user_agent = {};   ///< at most 512 bytes
  std::optional<std::string> request_id = {};   ///< at most 128 bytes
  std::string outcome;                          ///< "success", "failure", "refused": as action
  Time time;                                    ///< microseconds are kept
};

/// An entry as the log holds it.
struct StoredEntry {
  std::int64_t sequence = 0;  ///< 1, 2, 3, … without a gap, over all tenants
  std::string id;             ///< UUID of version 7
  Entry entry;
  std::string previous_hash;  ///< 64 hexadecimal digits; zeros for the first entry
  std::string hash;
};

}  // namespace aqua::audit
