#pragma once

#include <chrono>
#include <functional>

namespace aqua::cache {

/// Tells a time that never goes back; tests put their own in its place. Thread-safe. Code takes &std::chrono::steady_clock::now by default.
using MonotonicClock = std::function<std::chrono::steady_clock::time_point()>;

}  // namespace aqua::cache
