#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace aqua::cache {

/// What the keys of the platform begin with, in every store that several parts share.
inline constexpr std::string_view kCachePrefix = "cache:";
inline constexpr std::string_view kSessionPrefix = "session:";
inline constexpr std::string_view kRateLimitPrefix = "ratelimit:";

/// Longer parts of a key are replaced by their SHA-256.
inline constexpr std::size_t kMaxKeyPartBytes = 128;

/// Joins a prefix and parts by colons into a key of harmless ASCII: in a part, colons, percent signs, braces, blanks, control
/// characters and all bytes beyond ASCII become %XX; a part longer than kMaxKeyPartBytes becomes %sha256-<hex>. Different parts give
/// different keys. Requires: one of the prefixes above, or another of ours that ends in a colon; never one from outside.
std::string KeyOf(std::string_view prefix, std::initializer_list<std::string_view> parts);

}  // namespace aqua::cache
