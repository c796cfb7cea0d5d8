#include "aqua/cache/store.hpp"

#include <fmt/format.h>

namespace aqua::cache {

Status CheckTtl(std::chrono::milliseconds ttl) {
  if (ttl > std::chrono::milliseconds::zero() && ttl <= kMaxTtl) return {};
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("a value cannot be kept for {} ms", ttl.count()), "cache_ttl");
}

}  // namespace aqua::cache
