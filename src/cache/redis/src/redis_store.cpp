#include "aqua/cache_redis/redis_store.hpp"

#include <fmt/format.h>

#include "redis_error.hpp"

namespace aqua::cache {

Result<std::optional<std::string>> RedisStore::Get(std::string_view key) {
  AQUA_TRY_ASSIGN(RedisReply reply, client_.Command({"GET", key}));
  if (reply.is_nil()) return std::optional<std::string>();
  if (reply.text() == nullptr) return UnexpectedReply("GET");
  return std::optional<std::string>(std::get<std::string>(std::move(reply.value)));
}

Status RedisStore::Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
  AQUA_TRY(CheckTtl(ttl));
  const fmt::format_int milliseconds(ttl.count());
  AQUA_TRY_ASSIGN(const RedisReply reply, client_.Command({"SET", key, value, "PX", {milliseconds.data(), milliseconds.size()}}));
  if (reply.text() == nullptr || *reply.text() != "OK") return UnexpectedReply("SET");
  return {};
}

Status RedisStore::Remove(std::string_view key) {
  AQUA_TRY_ASSIGN(const RedisReply reply, client_.Command({"UNLINK", key}));
  if (reply.integer() == nullptr) return UnexpectedReply("UNLINK");
  return {};
}

}  // namespace aqua::cache
