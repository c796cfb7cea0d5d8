#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/audit/entry.hpp"
#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

/// Which entries to list; unset members do not filter.
struct ListFilter {
  std::optional<std::string> action_prefix = {};  ///< "auth." for all of them
  std::optional<std::string> user_id = {};        ///< UUID; a text that is none finds nothing
  std::optional<Time> from = {};                  ///< inclusive
  std::optional<Time> to = {};                    ///< exclusive
};

/// At most `limit` entries of a tenant, the newest (by sequence) first, that come before the sequence `before`, or from the end on.
/// Errors: those of sql::Connection.
Result<std::vector<StoredEntry>> List(sql::Database& database, const std::string& tenant, const ListFilter& filter, std::size_t limit,
                                      const std::optional<std::int64_t>& before);

struct ExportFilter {
  std::optional<std::string> tenant = {};  ///< unset: all tenants
  std::optional<Time> from = {};           ///< inclusive
  std::optional<Time> to = {};             ///< exclusive
};

/// Takes one line without its end. An error ends the export.
using LineSink = std::function<Status(std::string_view line)>;

/// Writes entries by sequence, each as a line of JSON with all that is hashed, so that whole chains can be checked from the lines alone;
/// docs/formats/audit.md. Memory is bounded whatever the size. Returns how many. Errors: those of sql::Connection and of the sink.
Result<std::int64_t> Export(sql::Database& database, const ExportFilter& filter, const LineSink& sink);

}  // namespace aqua::audit
