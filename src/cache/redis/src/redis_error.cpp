#include "redis_error.hpp"

#include <array>
#include <utility>

#include "aqua/base/text.hpp"

namespace aqua::cache {
namespace {

struct Row {
  std::string_view word;
  ErrorCode code;
  std::string_view reason;
};

constexpr std::array<Row, 12> kRows = {{
    {"WRONGTYPE", ErrorCode::kFailedPrecondition, "redis_wrong_type"},
    {"OOM", ErrorCode::kResourceExhausted, "redis_full"},
    {"NOPERM", ErrorCode::kPermissionDenied, "redis_permission"},
    {"NOAUTH", ErrorCode::kUnauthenticated, "redis_password"},
    {"WRONGPASS", ErrorCode::kUnauthenticated, "redis_password"},
    {"LOADING", ErrorCode::kUnavailable, "redis_unavailable"},
    {"BUSY", ErrorCode::kUnavailable, "redis_unavailable"},
    {"MASTERDOWN", ErrorCode::kUnavailable, "redis_unavailable"},
    {"READONLY", ErrorCode::kUnavailable, "redis_unavailable"},
    {"MISCONF", ErrorCode::kUnavailable, "redis_unavailable"},
    {"TRYAGAIN", ErrorCode::kUnavailable, "redis_unavailable"},
    {"CLUSTERDOWN", ErrorCode::kUnavailable, "redis_unavailable"},
}};

}  // namespace

Error Unavailable(std::string message) { return MakeError(ErrorCode::kUnavailable, std::move(message), "redis_unavailable"); }

Error ErrorOf(const RedisError& error) {
  const std::string_view word = std::string_view(error.text).substr(0, error.text.find(' '));
  std::string message = "Redis answered: " + base::Printable(error.text);
  for (const Row& row : kRows)
    if (row.word == word) return MakeError(row.code, std::move(message), std::string(row.reason));
  return MakeError(ErrorCode::kFailedPrecondition, std::move(message), "redis_error");
}

Error UnexpectedReply(std::string_view command) {
  return MakeError(ErrorCode::kFailedPrecondition, "Redis answered to " + std::string(command) + " with something else than it should", "redis_reply");
}

}  // namespace aqua::cache
