#pragma once

#include <string>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::cache {

/// Where a server is, and as whom to enter.
struct RedisAddress {
  std::string host;
  std::string port = "6379";
  std::string user;      ///< empty: the default user
  std::string password;  ///< empty: none is sent
  std::string database = "0";
};

/// Reads redis://[user[:password]@]host[:port][/database]. A user alone, without a colon, is a user without password, which no
/// server takes: it is refused. Errors: kInvalidArgument ("redis_url"), without any of the text.
Result<RedisAddress> ParseRedisUrl(std::string_view url);

}  // namespace aqua::cache
