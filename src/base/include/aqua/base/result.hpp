#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace aqua {

/// Canonical error codes; the set is closed. Transports map them to HTTP and gRPC statuses in one table.
enum class ErrorCode {
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kUnauthenticated,
  kPermissionDenied,
  kResourceExhausted,
  kFailedPrecondition,
  kDeadlineExceeded,
  kUnavailable,
  kCancelled,
  kUnimplemented,
  kDataLoss,
  kInternal,
};

/// Returns the canonical name, for example "invalid_argument".
std::string_view Name(ErrorCode code);

/// Why an operation failed: a code for programs, a message for people, and an optional machine-readable reason.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  /// Stable snake_case word that tells causes of one code apart ("model_not_loaded"); may be empty.
  std::string reason;

  /// Returns the same error with "context: " put before its message.
  [[nodiscard]] Error WithContext(std::string_view context) const;
};

template <typename T>
using Expected = tl::expected<T, Error>;

/// A value or an Error. Propagate with AQUA_TRY and AQUA_TRY_ASSIGN.
template <typename T>
class [[nodiscard]] Result : public Expected<T> {
 public:
  using Expected<T>::Expected;
  Result(Expected<T> expected) : Expected<T>(std::move(expected)) {}
  Result(Error error) : Expected<T>(tl::unexpected<Error>(std::move(error))) {}
};

/// Success without a value, or an Error.
using Status = Result<void>;

/// Makes an error to return from a function whose result is a Result or a Status.
Error MakeError(ErrorCode code, std::string message, std::string reason = {});

}  // namespace aqua

#define AQUA_CONCAT_INNER(a, b) a##b
#define AQUA_CONCAT(a, b) AQUA_CONCAT_INNER(a, b)

/// Evaluates a Result or Status and returns its error from the enclosing function, if there is one.
#define AQUA_TRY(expression)                                         \
  do {                                                               \
    if (auto aqua_status = (expression); !aqua_status.has_value()) { \
      return std::move(aqua_status).error();                         \
    }                                                                \
  } while (false)

#define AQUA_TRY_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                  \
  if (!temporary.has_value()) {                                   \
    return std::move(temporary).error();                          \
  }                                                               \
  declaration = *std::move(temporary)

/// AQUA_TRY_ASSIGN(auto value, Function()): declares `value`, or returns the error from the enclosing function.
#define AQUA_TRY_ASSIGN(declaration, expression) AQUA_TRY_ASSIGN_INNER(AQUA_CONCAT(aqua_result_, __LINE__), declaration, expression)
