#include "aqua/ratelimit/limiter.hpp"

#include <algorithm>

namespace aqua::ratelimit {

std::int64_t RateLimit::capacity() const { return burst > 0 ? burst : std::clamp<std::int64_t>(per_minute, 1, kMaxBurst); }

}  // namespace aqua::ratelimit
