#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/token.hpp"
#include "token_maker.hpp"

namespace aqua::auth::testing {
namespace {

/// A token that must be refused, and why.
struct Forgery {
  std::string name;
  std::string reason;
  std::string token;
};
using Forgeries = std::vector<Forgery>;

/// The three parts of a token.
struct Parts {
  explicit Parts(std::string_view token)
      : header(token.substr(0, token.find('.'))),
        claims(token.substr(header.size() + 1, token.rfind('.') - header.size() - 1)),
        signature(token.substr(token.rfind('.') + 1)) {}
  [[nodiscard]] std::string Join() const { return header + "." + claims + "." + signature; }

  std::string header;
  std::string claims;
  std::string signature;
};

/// The good token with its parts changed, and not signed again.
std::string Changed(const TokenMaker& maker, const std::function<void(Parts&)>& change) {
  Parts parts(maker.Good());
  change(parts);
  return parts.Join();
}

/// The good token with another signature.
std::string Signed(const TokenMaker& maker, const std::function<void(Bytes&)>& change) {
  Parts parts(maker.Good());
  Bytes signature = *DecodeBase64Url(parts.signature);
  change(signature);
  parts.signature = EncodeBase64Url(signature);
  return parts.Join();
}

/// Adds the order of the group to S: the same number modulo the order, in a second spelling.
void AddOrder(Bytes& signature) {
  constexpr std::array<std::uint8_t, 32> kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    carry += signature[32 + i] + unsigned{kOrder[i]};
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8U;
  }
}

Forgeries ForgedForms(const TokenMaker& m) {
  const std::string good = m.Good();
  const auto change = [&](const std::function<void(Parts&)>& how) { return Changed(m, how); };
  const std::string why = "token_malformed";
  return {
      {"empty", why, ""},
      {"one dot", why, "."},
      {"three empty parts", why, ".."},
      {"two parts", why, good.substr(0, good.rfind('.'))},
      {"four parts", why, good + ".AAAA"},
      {"five parts, as an encrypted one", why, good + ".AAAA.AAAA"},
      {"no header", why, change([](Parts& p) { p.header.clear(); })},
      {"padding after the signature", why, good + "=="},
      {"padding in the header", why, change([](Parts& p) { p.header += "="; })},
      {"a line break at the end", why, good + "\n"},
      {"a space in front", why, " " + good},
      {"the scheme in front", why, "Bearer " + good},
      {"NUL at the end", why, good + std::string(1, '\0')},
      {"alphabet of plain base64", why, change([](Parts& p) { p.signature[3] = '+'; })},
      {"slash in the claims", why, change([](Parts& p) { p.claims[3] = '/'; })},
      {"bits left over in the signature", why, change([](Parts& p) { p.signature.back() = static_cast<char>(p.signature.back() + 1); })},
      {"a lone character at the end", why, change([](Parts& p) { p.claims.resize(p.claims.size() / 4 * 4 + 1, 'A'); })},
      {"JSON serialisation", why, R"({"protected":")" + Parts(good).header + R"(","payload":")" + Parts(good).claims + "\"}"},
      {"longer than 4 KiB, signed", why, m.With({{"extra", "\"" + std::string(2900, 'x') + "\""}})},
      {"a megabyte of dots", why, std::string(1 << 20, '.')},
  };
}

Forgeries ForgedHeaders(const TokenMaker& m) {
  const auto with = [&](const std::string& extra) {
    std::string header = m.Header();
    header.insert(header.size() - 1, extra);
    return m.Sign(header, TokenMaker::Claims());
  };
  const auto header = [&](const std::string& text) { return m.Sign(text, TokenMaker::Claims()); };
  const std::string id = m.stored().id;
  const auto keyed = [&](const std::string& kid) { return header(R"({"alg":"EdDSA","typ":"at+jwt","kid":)" + kid + "}"); };
  const std::string why = "token_malformed";
  return {
      {"crit of something unknown", why, with(R"(,"crit":["exp"],"exp":1)")},
      {"empty crit", why, with(R"(,"crit":[])")},
      {"jku", why, with(R"(,"jku":"https://evil.example/keys")")},
      {"jwk with a key of its own", why, with(R"(,"jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"})")},
      {"x5u", why, with(R"(,"x5u":"https://evil.example/chain")")},
      {"x5c", why, with(R"(,"x5c":["MIIB"])")},
      {"x5t", why, with(R"(,"x5t":"AAAA")")},
      {"zip", why, with(R"(,"zip":"DEF")")},
      {"b64", why, with(R"(,"b64":false)")},
      {"cty, a token within", why, with(R"(,"cty":"JWT")")},
      {"alg twice", why, with(R"(,"alg":"EdDSA")")},
      {"alg twice, once none", why, with(R"(,"alg":"none")")},
      {"kid twice, once escaped", why, with(R"(,"k\u0069d":"other")")},
      {"typ JWT", why, header(R"({"alg":"EdDSA","typ":"JWT","kid":")" + id + "\"}")},
      {"typ in capitals", why, header(R"({"alg":"EdDSA","typ":"AT+JWT","kid":")" + id + "\"}")},
      {"typ with its tree", why, header(R"({"alg":"EdDSA","typ":"application/at+jwt","kid":")" + id + "\"}")},
      {"typ missing", why, header(R"({"alg":"EdDSA","kid":")" + id + "\"}")},
      {"typ in a list", why, header(R"({"alg":"EdDSA","typ":["at+jwt"],"kid":")" + id + "\"}")},
      {"header is a list", why, header(R"(["alg","EdDSA"])")},
      {"header is a text", why, header(R"("EdDSA")")},
      {"header cut off", why, header(R"({"alg":"EdDSA")")},
      {"header and more", why, header(m.Header() + "{}")},
      {"header with a byte order mark", why, header("\xEF\xBB\xBF" + m.Header())},
      {"header not UTF-8", why, keyed("\"\xFF\"")},
      {"header with a comment", why, header("/**/" + m.Header())},
      {"header deep", why, with(",\"x\":" + std::string(500, '[') + std::string(500, ']'))},
      {"kid missing", "token_key_unknown", header(R"({"alg":"EdDSA","typ":"at+jwt"})")},
      {"kid empty", "token_key_unknown", keyed(R"("")")},
      {"kid unknown", "token_key_unknown", keyed(R"("nobody")")},
      {"kid a number", "token_key_unknown", keyed("1")},
      {"kid null", "token_key_unknown", keyed("null")},
      {"kid a path", "token_key_unknown", keyed(R"("../../dev/null")")},
      {"kid SQL", "token_key_unknown", keyed(R"("x' UNION SELECT 'key")")},
      {"kid with NUL after", "token_key_unknown", keyed("\"" + id + "\\u0000\"")},
      {"kid in other case", "token_key_unknown", keyed("\"" + id + "A\"")},
      {"kid of 65 characters", "token_key_unknown", keyed("\"" + std::string(65, 'a') + "\"")},
  };
}

Forgeries ForgedAlgorithms(const TokenMaker& m) {
  const auto algorithm = [&](const std::string& json) { return R"({"alg":)" + json + R"(,"typ":"at+jwt","kid":")" + m.stored().id + "\"}"; };
  const auto signed_as = [&](const std::string& json) { return m.Sign(algorithm(json), TokenMaker::Claims()); };
  const std::string unsigned_token = Encode(algorithm(R"("none")")) + "." + Encode(TokenMaker::Claims()) + ".";
  const std::string hs256 = algorithm(R"("HS256")");
  const std::string why = "token_algorithm";
  return {
      {"none without a signature", why, unsigned_token},
      {"none with the signature", why, signed_as(R"("none")")},
      {"None", why, signed_as(R"("None")")},
      {"nOnE", why, signed_as(R"("nOnE")")},
      {"eddsa in small letters", why, signed_as(R"("eddsa")")},
      {"the curve's name", why, signed_as(R"("Ed25519")")},
      {"with a space", why, signed_as(R"("EdDSA ")")},
      {"ES256", why, signed_as(R"("ES256")")},
      {"RS256", why, signed_as(R"("RS256")")},
      {"HS256 with the public key as secret", why, TokenMaker::Hmac(hs256, TokenMaker::Claims(), m.stored().public_key)},
      {"HS256 with the published text as secret", why, TokenMaker::Hmac(hs256, TokenMaker::Claims(), AsBytes(EncodeBase64Url(m.stored().public_key)))},
      {"HS256 with an empty secret", why, TokenMaker::Hmac(hs256, TokenMaker::Claims(), {})},
      {"missing", why, m.Sign(R"({"typ":"at+jwt","kid":")" + m.stored().id + "\"}", TokenMaker::Claims())},
      {"null", why, signed_as("null")},
      {"a list", "token_malformed", signed_as(R"(["EdDSA"])")},
      {"empty", why, signed_as(R"("")")},
  };
}

Forgeries ForgedSignatures(const TokenMaker& m) {
  const auto change = [&](const std::function<void(Bytes&)>& how) { return Signed(m, how); };
  const TokenMaker other;
  const std::string why = "token_signature";
  return {
      {"empty", why, Changed(m, [](Parts& p) { p.signature.clear(); })},
      {"all zero", why, change([](Bytes& s) { std::fill(s.begin(), s.end(), std::uint8_t{0}); })},
      {"all ones", why, change([](Bytes& s) { std::fill(s.begin(), s.end(), std::uint8_t{0xFF}); })},
      {"R neutral, S zero", why, change([](Bytes& s) {
         std::fill(s.begin(), s.end(), std::uint8_t{0});
         s[0] = 1;
       })},
      {"S plus the order", why, change(AddOrder)},
      {"S with a high bit", why, change([](Bytes& s) { s[63] |= 0x80U; })},
      {"63 bytes", why, change([](Bytes& s) { s.pop_back(); })},
      {"65 bytes", why, change([](Bytes& s) { s.push_back(0); })},
      {"128 bytes", why, change([](Bytes& s) { s.resize(128); })},
      {"R and S exchanged", why, change([](Bytes& s) { std::rotate(s.begin(), s.begin() + 32, s.end()); })},
      {"sign of R", why, change([](Bytes& s) { s[31] ^= 0x80U; })},
      {"of another key", why, Changed(m, [&](Parts& p) { p.signature = EncodeBase64Url(other.key().Sign(p.header + "." + p.claims)); })},
      {"of the claims alone", why, Changed(m, [&](Parts& p) { p.signature = EncodeBase64Url(m.key().Sign(p.claims)); })},
      {"role raised", why,
       Changed(m,
               [](Parts& p) {
                 p.claims = Encode(TokenMaker::Claims({{"role", R"("admin")"}}));
               })},
      {"life prolonged", why,
       Changed(m,
               [](Parts& p) {
                 p.claims = Encode(TokenMaker::Claims({{"exp", "1800000930"}}));
               })},
      {"claims spelt otherwise", why, Changed(m, [](Parts& p) { p.claims = Encode(TokenMaker::Claims() + " "); })},
      {"header spelt otherwise", why, Changed(m, [&](Parts& p) { p.header = Encode(" " + m.Header()); })},
      {"no claims", why, Changed(m, [](Parts& p) { p.claims.clear(); })},
      {"of another token", why,
       Changed(m,
               [&](Parts& p) {
                 p.signature = Parts(m.With({{"jti", R"("jti-2")"}})).signature;
               })},
  };
}

Forgeries MissingClaims(const TokenMaker& m) {
  Forgeries forgeries;
  for (const std::string name : {"iss", "sub", "aud", "tenant", "sid", "jti", "role", "scope", "iat", "nbf", "exp"}) {
    forgeries.push_back({name + " missing", "token_claims", m.With({{name, ""}})});
    forgeries.push_back({name + " null", "token_claims", m.With({{name, "null"}})});
    forgeries.push_back({name + " true", "token_claims", m.With({{name, "true"}})});
    forgeries.push_back({name + " an object", "token_claims", m.With({{name, "{}"}})});
  }
  return forgeries;
}

Forgeries ForgedClaims(const TokenMaker& m) {
  const auto one = [&](const std::string& name, const std::string& json) { return m.With({{name, json}}); };
  const auto text = [&](const std::string& claims) { return m.Sign(m.Header(), claims); };
  const auto twice = [&](const std::string& member) { return text(TokenMaker::Claims().insert(1, member + ",")); };
  const std::string why = "token_claims";
  return {
      {"another issuer", why, one("iss", R"("other")")},
      {"issuer with a slash", why, one("iss", R"("aqua/")")},
      {"issuer in a list", why, one("iss", R"(["aqua"])")},
      {"another audience", why, one("aud", R"("aqua-web")")},
      {"audience with a space", why, one("aud", R"(["aqua-api "])")},
      {"audiences in one text", why, one("aud", R"("aqua-api other")")},
      {"no audience", why, one("aud", "[]")},
      {"ours beside a number", why, one("aud", R"(["aqua-api",1])")},
      {"ours in a list within", why, one("aud", R"([["aqua-api"]])")},
      {"17 audiences", why, one("aud", R"(["aqua-api","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"])")},
      {"role unknown", why, one("role", R"("root")")},
      {"role in capitals", why, one("role", R"("Admin")")},
      {"roles in a list", why, one("role", R"(["admin"])")},
      {"subject empty", why, one("sub", R"("")")},
      {"subject with NUL", why, one("sub", R"("user-1\u0000x")")},
      {"subject with a line break", why, one("sub", R"("user-1\nx")")},
      {"subject a number", why, one("sub", "1")},
      {"subject too long", why, one("sub", "\"" + std::string(256, 'x') + "\"")},
      {"tenant empty", why, one("tenant", R"("")")},
      {"session empty", why, one("sid", R"("")")},
      {"token id empty", why, one("jti", R"("")")},
      {"scope with two spaces", why, one("scope", R"("a  b")")},
      {"scope with a space behind", why, one("scope", R"("a ")")},
      {"scope in a list", why, one("scope", R"(["a"])")},
      {"scope with a quote", why, one("scope", R"("a\"b")")},
      {"exp a text", why, one("exp", R"("1800000900")")},
      {"exp a fraction", why, one("exp", "1800000900.5")},
      {"exp with an exponent", why, one("exp", "1.8000009e9")},
      {"exp beyond the clock", why, one("exp", "9300000000")},
      {"exp beyond 64 bits", why, one("exp", "18446744073709551616")},
      {"exp of 2^64 - 1", why, one("exp", "18446744073709551615")},
      {"exp negative", why, one("exp", "-1")},
      {"exp before iat", why, one("exp", "1799999999")},
      {"exp at iat", why, one("exp", "1800000000")},
      {"a life of one second too long", why, one("exp", "1800000931")},
      {"iat negative", why, one("iat", "-1")},
      {"nbf at exp", why, one("nbf", "1800000900")},
      {"sub twice", why, twice(R"("sub":"admin")")},
      {"exp twice", why, twice(R"("exp":1800000900)")},
      {"role twice, once escaped", why, twice(R"("rol\u0065":"admin")")},
      {"a list", why, text("[]")},
      {"empty object", why, text("{}")},
      {"not JSON", why, text("sub=user-1")},
      {"nothing, signed", why, text("")},
      {"more behind", why, text(TokenMaker::Claims() + TokenMaker::Claims())},
      {"deep", why, one("extra", std::string(700, '[') + std::string(700, ']'))},
      {"not UTF-8", why, one("sub", "\"\xC3\x28\"")},
      {"a lone surrogate", why, one("sub", R"("\ud800")")},
      {"a life of zero", why, one("exp", "0")},
  };
}

Forgeries WrongTimes(const TokenMaker& m) {
  return {
      {"expired long ago", "token_expired", m.With({{"iat", "1700000000"}, {"nbf", "1700000000"}, {"exp", "1700000900"}})},
      {"of 1970", "token_expired", m.With({{"iat", "0"}, {"nbf", "0"}, {"exp", "900"}})},
      {"not before later", "token_not_yet_valid", m.With({{"nbf", "1800000100"}})},
      {"issued later", "token_not_yet_valid", m.With({{"iat", "1800000100"}, {"exp", "1800001000"}})},
      {"of a far year", "token_not_yet_valid", m.With({{"iat", "8999999000"}, {"nbf", "8999999000"}, {"exp", "8999999900"}})},
  };
}

class TokenForgeryTest : public ::testing::Test {
 protected:
  void Check(const Forgeries& forgeries) {
    const TokenVerifier verifier(maker_.ring(), TokenPolicy{});
    for (const Forgery& forgery : forgeries) {
      SCOPED_TRACE(forgery.name);
      const auto refused = verifier.Verify(forgery.token, kNow);
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
      EXPECT_EQ(refused.error().reason, forgery.reason) << refused.error().message;
      // The twin: the same, untouched.
      const auto taken = verifier.Verify(maker_.Good(), kNow);
      ASSERT_TRUE(taken.has_value()) << taken.error().message;
      EXPECT_NE(maker_.Good(), forgery.token);
    }
  }

  TokenMaker maker_;
};

TEST_F(TokenForgeryTest, RefusesOtherForms) { Check(ForgedForms(maker_)); }
TEST_F(TokenForgeryTest, RefusesHeadersThatSteer) { Check(ForgedHeaders(maker_)); }
TEST_F(TokenForgeryTest, RefusesOtherAlgorithms) { Check(ForgedAlgorithms(maker_)); }
TEST_F(TokenForgeryTest, RefusesSignaturesThatDoNotFit) { Check(ForgedSignatures(maker_)); }
TEST_F(TokenForgeryTest, RefusesMissingAndUntypedClaims) { Check(MissingClaims(maker_)); }
TEST_F(TokenForgeryTest, RefusesClaimsThatAreNotForUs) { Check(ForgedClaims(maker_)); }
TEST_F(TokenForgeryTest, RefusesOtherTimes) { Check(WrongTimes(maker_)); }

TEST_F(TokenForgeryTest, RefusesTheGoodTokenWithAnyOneBitChanged) {
  const TokenVerifier verifier(maker_.ring(), TokenPolicy{});
  const std::string good = maker_.Good();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 7)));
    EXPECT_FALSE(verifier.Verify(changed, kNow).has_value()) << i;
  }
  EXPECT_TRUE(verifier.Verify(good, kNow).has_value());
}

TEST_F(TokenForgeryTest, RefusesAllStartsOfTheGoodToken) {
  const TokenVerifier verifier(maker_.ring(), TokenPolicy{});
  const std::string good = maker_.Good();
  for (std::size_t i = 0; i < good.size(); ++i) EXPECT_FALSE(verifier.Verify(std::string_view(good).substr(0, i), kNow).has_value()) << i;
}

TEST_F(TokenForgeryTest, NeverRepeatsTheTokenInItsMessage) {
  const TokenVerifier verifier(maker_.ring(), TokenPolicy{});
  const auto refused = verifier.Verify(maker_.With({{"iss", R"("secret-issuer")"}}), kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message.find("secret-issuer"), std::string::npos);
}

}  // namespace
}  // namespace aqua::auth::testing
