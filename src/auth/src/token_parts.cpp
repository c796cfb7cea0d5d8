#include "token_parts.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "aqua/auth/token.hpp"
#include "aqua/contract/json.hpp"
#include "base64url.hpp"

namespace aqua::auth {
namespace {

constexpr contract::JsonLimits kHeaderLimits{.max_depth = 1, .max_string_bytes = 256, .max_number_characters = 20, .max_values = 8};

Error Malformed(std::string message) { return RefusedToken("token_malformed", std::move(message)); }

std::string TextOf(const contract::Json& json) {
  const auto* text = std::get_if<std::string>(&json.value);
  return text == nullptr ? std::string() : *text;
}

Status ReadHeader(ByteView text, TokenParts& parts) {
  const auto json = contract::ParseJson(AsText(text), kHeaderLimits);
  const auto* members = json ? std::get_if<contract::Json::Object>(&json->value) : nullptr;
  if (members == nullptr) return Malformed("the token's header is not a small JSON object");
  std::string type;
  for (const auto& [name, value] : *members) {
    if (name == "alg") {
      parts.algorithm = TextOf(value);
    } else if (name == "typ") {
      type = TextOf(value);
    } else if (name == "kid") {
      parts.has_key_id = true;
      parts.key_id = TextOf(value);
    } else {
      return Malformed("the token's header has a member other than alg, typ and kid");
    }
  }
  if (type != "at+jwt") return Malformed("the token is not of the type at+jwt");
  return {};
}

}  // namespace

Error RefusedToken(std::string_view reason, std::string message) { return MakeError(ErrorCode::kUnauthenticated, std::move(message), std::string(reason)); }

Result<TokenParts> TakeApart(std::string_view token) {
  if (token.size() > TokenVerifier::kMaxTokenBytes) return Malformed("the token is longer than 4 KiB");
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return Malformed("the token has not three parts");
  const auto header = DecodeBase64Url(token.substr(0, first));
  auto claims = DecodeBase64Url(token.substr(first + 1, second - first - 1));
  auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!header || !claims || !signature) return Malformed("a part of the token is not base64url without padding");
  TokenParts parts;
  parts.signed_text = token.substr(0, second);
  AQUA_TRY(ReadHeader(*header, parts));
  parts.claims = *std::move(claims);
  parts.signature = *std::move(signature);
  return parts;
}

}  // namespace aqua::auth
