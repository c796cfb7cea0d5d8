#include "redis_url.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace aqua::cache {
namespace {

Error Refuse(std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), "redis_url"); }

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* const digits = text.data() + i + 1;
    if (const auto [end, fault] = std::from_chars(digits, digits + 2, value, 16); fault != std::errc() || end != digits + 2) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

bool IsNumber(std::string_view text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() && value <= most;
}

Status ReadUser(std::string_view text, RedisAddress& address) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return Refuse("the URL of Redis names a user without a password");
  const auto user = PercentDecoded(text.substr(0, colon));
  const auto password = PercentDecoded(text.substr(colon + 1));
  if (!user || !password) return Refuse("the URL of Redis holds a percent sign without two hexadecimal digits");
  if (password->empty()) return Refuse("the URL of Redis holds an empty password");
  address.user = *user;
  address.password = *password;
  return {};
}

Status ReadHost(std::string_view text, RedisAddress& address) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos) return Refuse("the URL of Redis has a bracket that is not closed");
    address.host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (address.host.empty() || address.host.find_first_of(" \t\r\n") != std::string::npos) return Refuse("the URL of Redis names no host");
  if (rest.empty()) return {};
  address.port = rest.substr(1);
  if (rest.front() != ':' || address.port == "0" || !IsNumber(address.port, 65'535)) return Refuse("the port of Redis must be from 1 to 65535");
  return {};
}

}  // namespace

Result<RedisAddress> ParseRedisUrl(std::string_view url) {
  constexpr std::string_view kScheme = "redis://";
  if (url.starts_with("rediss://"))
    return Refuse(
        "Redis over TLS (rediss://) is not supported: the client library of this platform has none; use redis:// in a private network or through a tunnel");
  if (!url.starts_with(kScheme)) return Refuse("the URL of Redis must begin with redis://");
  std::string_view rest = url.substr(kScheme.size());
  if (rest.find_first_of("?#") != std::string_view::npos) return Refuse("the URL of Redis takes no parameters");
  RedisAddress address;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    AQUA_TRY(ReadUser(rest.substr(0, at), address));
    rest.remove_prefix(at + 1);
  }
  const auto slash = rest.find('/');
  AQUA_TRY(ReadHost(rest.substr(0, slash), address));
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    address.database = rest.substr(slash + 1);
    if (!IsNumber(address.database, 1'000'000)) return Refuse("the database of Redis must be a number");
  }
  return address;
}

}  // namespace aqua::cache
