#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/auth/key_ring.hpp"
#include "aqua/auth/secret.hpp"
#include "aqua/auth/token.hpp"
#include "base64url.hpp"

namespace aqua::auth::testing {

using std::chrono::seconds;
using std::chrono::system_clock;

inline constexpr system_clock::time_point kNow{seconds(1'800'000'000)};

/// Changes to claims: name and raw JSON; empty JSON takes the claim out, a new name is added.
using Changes = std::vector<std::pair<std::string, std::string>>;

inline std::string Encode(std::string_view text) { return EncodeBase64Url(AsBytes(text)); }

/// A ring with one key, and tokens put together by hand: what no issuer of ours would sign.
class TokenMaker {
 public:
  TokenMaker() : stored_(MakeSigningKey(kNow)), key_(*Ed25519Key::FromSeed(stored_.seed)) { (void)ring_.Set({stored_}, stored_.id); }

  [[nodiscard]] const SigningKey& stored() const { return stored_; }
  [[nodiscard]] const Ed25519Key& key() const { return *key_; }
  KeyRing& ring() { return ring_; }

  [[nodiscard]] std::string Header() const { return R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + stored_.id + "\"}"; }

  [[nodiscard]] static std::string Claims(const Changes& changes = {}) {
    Changes claims = {{"iss", R"("aqua")"},  {"sub", R"("user-1")"}, {"aud", R"(["aqua-api"])"}, {"tenant", R"("tenant-1")"},
                      {"sid", R"("sid-1")"}, {"jti", R"("jti-1")"},  {"role", R"("viewer")"},    {"scope", R"("")"},
                      {"iat", "1800000000"}, {"nbf", "1800000000"},  {"exp", "1800000900"}};
    for (const auto& [name, json] : changes) Change(claims, name, json);
    std::string text = "{";
    for (const auto& [name, json] : claims)
      if (!json.empty()) text.append(text.size() == 1 ? "\"" : ",\"").append(name).append("\":").append(json);
    return text + "}";
  }

  /// Signs whatever header and claims, with the key of the ring.
  [[nodiscard]] std::string Sign(std::string_view header, std::string_view claims) const {
    const std::string text = Encode(header) + "." + Encode(claims);
    return text + "." + EncodeBase64Url(key_->Sign(text));
  }

  [[nodiscard]] std::string Good() const { return Sign(Header(), Claims()); }
  [[nodiscard]] std::string With(const Changes& changes) const { return Sign(Header(), Claims(changes)); }

  [[nodiscard]] static std::string Hmac(std::string_view header, std::string_view claims, ByteView secret) {
    const std::string text = Encode(header) + "." + Encode(claims);
    return text + "." + HmacSha256(secret, text);
  }

 private:
  static void Change(Changes& claims, const std::string& name, const std::string& json) {
    for (auto& claim : claims)
      if (claim.first == name) {
        claim.second = json;
        return;
      }
    claims.emplace_back(name, json);
  }

  SigningKey stored_;
  std::shared_ptr<const Ed25519Key> key_;
  KeyRing ring_;
};

}  // namespace aqua::auth::testing
