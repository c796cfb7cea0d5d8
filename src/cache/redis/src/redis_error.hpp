#pragma once

#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/cache_redis/redis_reply.hpp"

namespace aqua::cache {

/// The server cannot be reached, or not in time.
Error Unavailable(std::string message);

/// Makes an Error of one that the server answered with.
Error ErrorOf(const RedisError& error);

/// A reply of a type that the command does not give. command: one of ours.
Error UnexpectedReply(std::string_view command);

}  // namespace aqua::cache
