#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/cache/script_host.hpp"
#include "aqua/ratelimit/limiter.hpp"
#include "token_bucket.hpp"

namespace aqua::ratelimit {

/// What Redis answers to a request for tokens.
struct Grant {
  std::int64_t tokens = 0;  ///< as many as were wanted, or all whole tokens that there were
  std::int64_t level = 0;   ///< parts left in the bucket, as of BucketRule::Of(limit)
};

/// The script that takes tokens from the bucket of a key, in one atomic step, by the clock of Redis.
/// KEYS: the bucket. ARGV: tokens a minute, capacity, tokens wanted, tokens given back. Answers: tokens granted, level in parts of
/// which a token has 60,000,000, so that each microsecond brings a whole number. The bucket, a hash of level and time, lives until it
/// would be full.
const cache::Script& LeaseScript();

/// Runs the script. Errors: those of the host, and kFailedPrecondition ("redis_reply": an answer that cannot be).
Result<Grant> AskForTokens(cache::ScriptHost& host, std::string_view bucket_key, const RateLimit& limit, std::int64_t wanted, std::int64_t returned,
                           std::chrono::milliseconds patience);

}  // namespace aqua::ratelimit
