#include "lease_script.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace aqua::ratelimit {
namespace {

// All numbers are whole and below 2^53 where it matters, so that the doubles of Lua are exact: a product too large to be is cut to
// the capacity at once.
constexpr std::string_view kText = R"lua(
local rate, wanted, returned = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local token = 60000000
local full = tonumber(ARGV[2]) * token
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local level = full
local state = redis.call('HMGET', KEYS[1], 'level', 'time')
if state[1] and state[2] then
  local before = tonumber(state[2])
  if now < before then now = before end
  level = math.min(full, tonumber(state[1]) + (now - before) * rate)
end
level = math.min(full, level + returned * token)
local granted = math.min(wanted, math.floor(level / token))
level = level - granted * token
redis.call('HSET', KEYS[1], 'level', string.format('%.0f', level), 'time', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((full - level) / rate / 1000) + 1000)
return {granted, level}
)lua";

constexpr std::int64_t kOurPartsInOneOfTheScript = 1'000;

std::string_view View(const fmt::format_int& number) { return {number.data(), number.size()}; }

}  // namespace

const cache::Script& LeaseScript() {
  static const cache::Script script{std::string(kText)};
  return script;
}

Result<Grant> AskForTokens(cache::ScriptHost& host, std::string_view bucket_key, const RateLimit& limit, std::int64_t wanted, std::int64_t returned,
                           std::chrono::milliseconds patience) {
  const fmt::format_int rate(limit.per_minute);
  const fmt::format_int capacity(limit.capacity());
  const fmt::format_int want(wanted);
  const fmt::format_int give_back(returned);
  const std::array<std::string_view, 1> keys = {bucket_key};
  const std::array<std::string_view, 4> arguments = {View(rate), View(capacity), View(want), View(give_back)};
  AQUA_TRY_ASSIGN(const std::vector<std::int64_t> answer, host.RunScript(LeaseScript(), keys, arguments, patience));
  const std::int64_t full = BucketRule::Of(limit).full();
  const bool possible = answer.size() == 2 && answer[0] >= 0 && answer[0] <= wanted && answer[1] >= 0 && answer[1] <= full / kOurPartsInOneOfTheScript;
  if (!possible) return MakeError(ErrorCode::kFailedPrecondition, "the script of the rate limit answered what cannot be", "redis_reply");
  return Grant{answer[0], answer[1] * kOurPartsInOneOfTheScript};
}

}  // namespace aqua::ratelimit
