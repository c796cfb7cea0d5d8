#include <fmt/format.h>

#include <array>
#include <utility>

#include "aqua/base/text.hpp"
#include "postgres_connection.hpp"

namespace aqua::sql {
namespace {

struct State {
  std::string_view state;  ///< SQLSTATE or its class
  ErrorCode code;
  std::string_view reason;
};

/// The more particular states first. Source: PostgreSQL 15, appendix A.
constexpr std::array<State, 21> kStates = {{
    {"23505", ErrorCode::kAlreadyExists, "duplicate"},
    {"23503", ErrorCode::kFailedPrecondition, "reference_missing"},
    {"23", ErrorCode::kFailedPrecondition, "constraint_violated"},
    {"53100", ErrorCode::kResourceExhausted, "disk_full"},
    {"53", ErrorCode::kUnavailable, "database_unavailable"},
    {"57014", ErrorCode::kDeadlineExceeded, "query_too_slow"},
    {"55P03", ErrorCode::kUnavailable, "database_unavailable"},
    {"40", ErrorCode::kUnavailable, "database_unavailable"},
    {"57P", ErrorCode::kUnavailable, "database_unavailable"},
    {"08P01", ErrorCode::kInternal, "database_error"},  // the wrong number of parameters
    {"08", ErrorCode::kUnavailable, "database_unavailable"},
    {"25006", ErrorCode::kUnavailable, "database_unavailable"},
    {"58", ErrorCode::kUnavailable, "database_unavailable"},
    {"XX001", ErrorCode::kDataLoss, "database_damaged"},
    {"XX002", ErrorCode::kDataLoss, "database_damaged"},
    {"28", ErrorCode::kUnavailable, "database_unavailable"},
    {"3D", ErrorCode::kUnavailable, "database_unavailable"},
    {"22", ErrorCode::kInternal, "database_error"},
    {"42501", ErrorCode::kPermissionDenied, "not_permitted"},
    {"42", ErrorCode::kInternal, "database_error"},
    {"", ErrorCode::kInternal, "database_error"},
}};

}  // namespace

Error PostgresError(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr) return MakeError(ErrorCode::kUnavailable, "PostgreSQL: the connection was lost", "database_unavailable");
  const std::string text = fmt::format("PostgreSQL: {} (SQLSTATE {})", message != nullptr ? base::Printable(message) : "an error", state);
  for (const State& row : kStates)
    if (std::string_view(state).starts_with(row.state)) return MakeError(row.code, text, std::string(row.reason));
  return MakeError(ErrorCode::kInternal, text, "database_error");
}

bool IsStale(const Error& error) { return error.message.ends_with("(SQLSTATE 0A000)") || error.message.ends_with("(SQLSTATE 26000)"); }

}  // namespace aqua::sql
