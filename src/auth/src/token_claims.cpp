#include "token_claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "aqua/base/text.hpp"
#include "aqua/contract/json.hpp"
#include "token_parts.hpp"

namespace aqua::auth {
namespace {

using contract::Json;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr contract::JsonLimits kClaimsLimits{.max_depth = 4, .max_string_bytes = 2048, .max_number_characters = 20, .max_values = 128};
constexpr std::int64_t kMaxSeconds = 9'000'000'000;  // the year 2255: the clock holds it, and a skew more
constexpr std::size_t kMaxTextBytes = 255;
constexpr std::size_t kMaxAudiences = 16;
constexpr std::size_t kMaxScopes = 64;

Error BadClaim(std::string_view name) { return RefusedToken("token_claims", fmt::format("the token's claim {} is missing or not as it must be", name)); }

bool IsText(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= kMaxTextBytes && std::none_of(text.begin(), text.end(), is_control) && base::ValidUtf8(text) == text;
}

/// RFC 6749 §3.3: printable ASCII without space, quote and backslash.
bool IsScope(std::string_view word) {
  return !word.empty() && word.size() <= kMaxTextBytes &&
         std::all_of(word.begin(), word.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

std::int64_t SecondsOf(system_clock::time_point time) { return std::chrono::floor<seconds>(time).time_since_epoch().count(); }

/// Takes claims out of an object; the first that is not as it must be is remembered.
class ClaimReader {
 public:
  explicit ClaimReader(const Json& object) : object_(object) {}

  std::string Text(std::string_view name) {
    const auto* text = Find<std::string>(name);
    if (text == nullptr) bad_ = name;
    return text == nullptr ? std::string() : *text;
  }

  system_clock::time_point Time(std::string_view name) {
    const auto* number = Find<std::int64_t>(name);
    if (number != nullptr && *number >= 0 && *number <= kMaxSeconds) return system_clock::time_point(seconds(*number));
    bad_ = name;
    return {};
  }

  std::vector<std::string> TextOrList(std::string_view name) {
    if (const auto* text = Find<std::string>(name)) return {*text};
    std::vector<std::string> list;
    const auto* array = Find<Json::Array>(name);
    if (array == nullptr) bad_ = name;
    for (const Json& item : array == nullptr ? Json::Array{} : *array) {
      const auto* text = std::get_if<std::string>(&item.value);
      if (text == nullptr) bad_ = name;
      list.push_back(text == nullptr ? std::string() : *text);
    }
    return list;
  }

  [[nodiscard]] std::string_view bad() const { return bad_; }
  void SetBad(std::string_view name) { bad_ = name; }

 private:
  template <typename T>
  const T* Find(std::string_view name) const {
    const Json* member = object_.Find(name);
    return member == nullptr ? nullptr : std::get_if<T>(&member->value);
  }

  const Json& object_;
  std::string_view bad_;  // a name of this file
};

std::vector<std::string> SplitScopes(const std::string& text) {
  std::vector<std::string> scopes;
  if (text.empty()) return scopes;
  for (const std::string_view word : base::Split(text, ' ')) scopes.emplace_back(word);
  return scopes;
}

/// The name of a claim that is not well formed, or empty.
std::string_view FindBadText(const AccessClaims& claims) {
  if (!IsText(claims.issuer)) return "iss";
  if (!IsText(claims.subject)) return "sub";
  if (!IsText(claims.tenant)) return "tenant";
  if (!IsText(claims.session)) return "sid";
  if (!IsText(claims.token_id)) return "jti";
  if (claims.audience.empty() || claims.audience.size() > kMaxAudiences || !std::all_of(claims.audience.begin(), claims.audience.end(), IsText)) return "aud";
  if (claims.scopes.size() > kMaxScopes || !std::all_of(claims.scopes.begin(), claims.scopes.end(), IsScope)) return "scope";
  return {};
}

void WriteMember(std::string_view name, std::string_view value, std::string& out) {
  out += fmt::format(R"("{}":)", name);
  contract::WriteJsonString(value, out);
  out += ',';
}

}  // namespace

Result<AccessClaims> ReadClaims(ByteView text) {
  const auto json = contract::ParseJson(AsText(text), kClaimsLimits);
  if (!json || !std::holds_alternative<Json::Object>(json->value)) return RefusedToken("token_claims", "the token's claims are not a small JSON object");
  ClaimReader reader(*json);
  AccessClaims claims;
  claims.issuer = reader.Text("iss");
  claims.subject = reader.Text("sub");
  claims.audience = reader.TextOrList("aud");
  claims.tenant = reader.Text("tenant");
  claims.session = reader.Text("sid");
  claims.token_id = reader.Text("jti");
  claims.scopes = SplitScopes(reader.Text("scope"));
  claims.issued_at = reader.Time("iat");
  claims.not_before = reader.Time("nbf");
  claims.expires_at = reader.Time("exp");
  const std::optional<Role> role = ParseRole(reader.Text("role"));
  if (!role) reader.SetBad("role");
  if (!reader.bad().empty()) return BadClaim(reader.bad());
  claims.role = *role;
  return claims;
}

std::string WriteClaims(const AccessClaims& claims) {
  std::string out = "{";
  WriteMember("iss", claims.issuer, out);
  WriteMember("sub", claims.subject, out);
  out += R"("aud":[)";
  for (const std::string& audience : claims.audience) {
    if (!out.ends_with('[')) out += ',';
    contract::WriteJsonString(audience, out);
  }
  out += "],";
  WriteMember("tenant", claims.tenant, out);
  WriteMember("sid", claims.session, out);
  WriteMember("jti", claims.token_id, out);
  WriteMember("role", Name(claims.role), out);
  WriteMember("scope", fmt::format("{}", fmt::join(claims.scopes, " ")), out);
  out += fmt::format(R"("iat":{},"nbf":{},"exp":{}}})", SecondsOf(claims.issued_at), SecondsOf(claims.not_before), SecondsOf(claims.expires_at));
  return out;
}

Status CheckClaims(const AccessClaims& claims, const TokenPolicy& policy) {
  if (const std::string_view bad = FindBadText(claims); !bad.empty()) return BadClaim(bad);
  if (claims.issuer != policy.issuer) return BadClaim("iss");
  const auto is_ours = [&](const std::string& audience) {
    return std::find(policy.audience.begin(), policy.audience.end(), audience) != policy.audience.end();
  };
  if (std::none_of(claims.audience.begin(), claims.audience.end(), is_ours)) return BadClaim("aud");
  const std::int64_t issued = SecondsOf(claims.issued_at);
  const std::int64_t expires = SecondsOf(claims.expires_at);
  if (issued < 0 || issued > kMaxSeconds) return BadClaim("iat");
  if (expires <= issued || expires > kMaxSeconds || expires - issued > (policy.lifetime + policy.skew).count()) return BadClaim("exp");
  if (SecondsOf(claims.not_before) < 0 || SecondsOf(claims.not_before) >= expires) return BadClaim("nbf");
  return {};
}

Status CheckTimes(const AccessClaims& claims, seconds skew, system_clock::time_point now) {
  if (now >= claims.expires_at + skew) return RefusedToken("token_expired", "the token has expired");
  if (now < claims.not_before - skew || now < claims.issued_at - skew) return RefusedToken("token_not_yet_valid", "the token is not valid yet");
  return {};
}

}  // namespace aqua::auth
