#include "aqua/auth/key_ring.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base64url.hpp"

namespace aqua::auth {
namespace {

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'800'000'000)};

TEST(KeyRingTest, PublishesThePublishedExampleAndNoSeed) {
  // RFC 8037, appendix A.1 to A.3.
  SigningKey key;
  key.id = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
  key.seed = *DecodeBase64Url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  key.public_key = *DecodeBase64Url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  KeyRing ring;
  ASSERT_TRUE(ring.Set({key}, key.id).has_value());
  EXPECT_EQ(ring.Jwks(), R"({"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",)"
                         R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
}

TEST(KeyRingTest, IsEmptyAtFirst) {
  const KeyRing ring;
  EXPECT_EQ(ring.Jwks(), R"({"keys":[]})");
  EXPECT_EQ(ring.Current().key, nullptr);
  EXPECT_EQ(ring.Find("a"), nullptr);
}

TEST(KeyRingTest, PublishesAllKeysInTheirOrder) {
  const SigningKey first = MakeSigningKey(kNow);
  const SigningKey second = MakeSigningKey(kNow);
  KeyRing ring;
  ASSERT_TRUE(ring.Set({first, second}, second.id).has_value());
  const std::string jwks = ring.Jwks();
  EXPECT_LT(jwks.find(first.id), jwks.find(second.id));
  EXPECT_NE(jwks.find(second.id), std::string::npos);
  EXPECT_EQ(ring.Current().id, second.id);
  EXPECT_NE(ring.Find(first.id), nullptr);
}

TEST(KeyRingTest, MakesKeysThatDifferAndSign) {
  const SigningKey key = MakeSigningKey(kNow);
  EXPECT_NE(key.seed, MakeSigningKey(kNow).seed);
  EXPECT_EQ(key.id, KeyThumbprint(key.public_key));
  EXPECT_TRUE(IsKeyId(key.id));
  EXPECT_EQ(key.created_at, kNow);
}

TEST(KeyRingTest, RefusesKeysOfNoUseAndStaysAsItWas) {
  const SigningKey good = MakeSigningKey(kNow);
  KeyRing ring;
  ASSERT_TRUE(ring.Set({good}, good.id).has_value());
  const std::uint64_t generation = ring.generation();
  const auto refused = [&](const std::vector<SigningKey>& keys, const std::string& current) {
    const Status set = ring.Set(keys, current);
    return !set.has_value() && set.error().reason == "key_malformed" && ring.Current().id == good.id && ring.generation() == generation;
  };
  const auto changed = [&](const std::function<void(SigningKey&)>& change) {
    SigningKey key = good;
    change(key);
    return refused({key}, key.id);
  };
  EXPECT_TRUE(changed([](SigningKey& k) { k.id = "../key"; }));
  EXPECT_TRUE(changed([](SigningKey& k) { k.id = std::string(65, 'a'); }));
  EXPECT_TRUE(changed([](SigningKey& k) { k.seed.pop_back(); }));
  EXPECT_TRUE(changed([](SigningKey& k) { k.public_key.pop_back(); }));
  EXPECT_TRUE(changed([](SigningKey& k) { k.public_key = MakeSigningKey(kNow).public_key; }));
  EXPECT_TRUE(changed([](SigningKey& k) { k.seed.clear(); }));  // the current key must be able to sign
  EXPECT_TRUE(refused({good, good}, good.id));
  EXPECT_TRUE(refused({good}, "other"));
  std::vector<SigningKey> many(KeyRing::kMaxKeys + 1, good);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].id = "key-" + std::to_string(i);
  EXPECT_TRUE(refused(many, ""));
}

TEST(KeyRingTest, TellsKeyIdsFromOtherText) {
  EXPECT_TRUE(IsKeyId("aZ09_-"));
  EXPECT_TRUE(IsKeyId(std::string(64, 'a')));
  for (const char* text : {"", "a.b", "a/b", "a b", "é", "a'"}) EXPECT_FALSE(IsKeyId(text)) << text;
}

TEST(KeyRingTest, CanBeReadWhileKeysChange) {
  const SigningKey first = MakeSigningKey(kNow);
  const SigningKey second = MakeSigningKey(kNow);
  KeyRing ring;
  ASSERT_TRUE(ring.Set({first}, first.id).has_value());
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) (void)ring.Set({first, second}, i % 2 == 0 ? first.id : second.id);
  });
  for (int i = 0; i < 200; ++i) {
    const KeyRing::NamedKey current = ring.Current();
    ASSERT_NE(current.key, nullptr);
    EXPECT_EQ(current.key->public_key(), current.id == first.id ? first.public_key : second.public_key);
    EXPECT_NE(ring.Find(first.id), nullptr);
  }
  writer.join();
  EXPECT_EQ(ring.generation(), 201U);
}

}  // namespace
}  // namespace aqua::auth
