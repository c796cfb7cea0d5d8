#pragma once

namespace aqua::base {

/// Prints where an invariant broke and ends the process. Called by AQUA_ASSERT.
[[noreturn]] void AssertionFailed(const char* expression, const char* file, int line);

}  // namespace aqua::base

/// Ends the process when an invariant of ours does not hold. Never for outside input: that is a Result.
#define AQUA_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::aqua::base::AssertionFailed(#condition, __FILE__, __LINE__))
