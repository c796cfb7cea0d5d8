#include "aqua/base/result.hpp"

#include <array>

namespace aqua {

std::string_view Name(ErrorCode code) {
  constexpr std::array<std::string_view, 13> kNames = {"invalid_argument",   "not_found",           "already_exists",    "unauthenticated", "permission_denied",
                                                       "resource_exhausted", "failed_precondition", "deadline_exceeded", "unavailable",     "cancelled",
                                                       "unimplemented",      "data_loss",           "internal"};
  return kNames.at(static_cast<std::size_t>(code));
}

Error Error::WithContext(std::string_view context) const { return {code, std::string(context) + ": " + message, reason}; }

Error MakeError(ErrorCode code, std::string message, std::string reason) { return {code, std::move(message), std::move(reason)}; }

}  // namespace aqua
