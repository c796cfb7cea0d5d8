#include "aqua/auth/password.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "password_hash.hpp"

namespace aqua::auth {
namespace {

/// Cheap enough for tests that are not about the cost.
constexpr PasswordCost kCheap{64, 1, 1};

/// Knows one password.
class OneBreached final : public BreachedPasswords {
 public:
  [[nodiscard]] bool Contains(std::string_view password) const override { return password == "correct horse"; }
};

TEST(PasswordTest, HashesAsTheReferenceImplementation) {
  // The test vectors of the reference implementation, version 1.3.
  const std::pair<const char*, const char*> vectors[] = {
      {"password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
      {"password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
      {"password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
      {"password", "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg"},
      {"differentpassword", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94"},
      {"password", "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw"}};
  for (const auto& [password, phc] : vectors) {
    EXPECT_TRUE(VerifyPassword(password, phc)) << phc;
    EXPECT_FALSE(VerifyPassword("Password", phc)) << phc;
    const auto parsed = ParsePasswordHash(phc);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(WritePasswordHash(*parsed), phc);
  }
}

TEST(PasswordTest, VerifiesWhatItHashed) {
  const auto phc = HashPassword("correct horse battery", kCheap);
  ASSERT_TRUE(phc.has_value());
  EXPECT_TRUE(phc->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *phc;
  EXPECT_TRUE(VerifyPassword("correct horse battery", *phc));
  EXPECT_FALSE(VerifyPassword("correct horse battery ", *phc));
  EXPECT_FALSE(VerifyPassword("", *phc));
  EXPECT_NE(*phc, *HashPassword("correct horse battery", kCheap));
}

TEST(PasswordTest, CostsWhatTheStandardAsksForUnlessToldOtherwise) {
  const auto phc = HashPassword("correct horse battery");
  ASSERT_TRUE(phc.has_value());
  EXPECT_TRUE(phc->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *phc;
  EXPECT_FALSE(NeedsRehash(*phc, PasswordCost{}));
}

TEST(PasswordTest, VerifiesNothingAgainstAnyOtherForm) {
  const std::string good = *HashPassword("password", kCheap);
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  ASSERT_TRUE(VerifyPassword("password", good));
  for (const std::string& phc : {std::string(),
                                 std::string("password"),
                                 std::string("$"),
                                 good + "$",
                                 good + "=",
                                 good.substr(1),
                                 "x" + good,
                                 replaced("argon2id", "argon2i"),
                                 replaced("argon2id", "argon2d"),
                                 replaced("v=19", "v=16"),
                                 replaced("v=19", "v=019"),
                                 replaced("v=19$", ""),
                                 replaced("m=64", "m=064"),
                                 replaced("m=64", "m=+64"),
                                 replaced("m=64", "m=7"),
                                 replaced("m=64", "m=4294967295"),
                                 replaced("m=64", "m=99999999999"),
                                 replaced("t=1", "t=0"),
                                 replaced("t=1", "t=17"),
                                 replaced("p=1", "p=0"),
                                 replaced("p=1", "p=17"),
                                 replaced("m=64,t=1", "t=1,m=64"),
                                 replaced("p=1", "p=1,x=1"),
                                 std::string("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW")}) {
    EXPECT_FALSE(VerifyPassword("password", phc)) << phc;
    EXPECT_TRUE(NeedsRehash(phc, kCheap)) << phc;
  }
}

TEST(PasswordTest, HashesAnewWhatIsCheaperInAnyRespect) {
  const PasswordCost cost{128, 2, 2};
  const std::string phc = *HashPassword("password", cost);
  EXPECT_FALSE(NeedsRehash(phc, cost));
  EXPECT_FALSE(NeedsRehash(phc, PasswordCost{64, 1, 1}));
  EXPECT_TRUE(NeedsRehash(phc, PasswordCost{129, 2, 2}));
  EXPECT_TRUE(NeedsRehash(phc, PasswordCost{128, 3, 2}));
  EXPECT_TRUE(NeedsRehash(phc, PasswordCost{128, 2, 3}));
  EXPECT_TRUE(NeedsRehash("$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", cost));  // a salt of 8 bytes
}

TEST(PasswordTest, RefusesCostsOutOfBounds) {
  for (const PasswordCost& cost : {PasswordCost{0, 1, 1}, PasswordCost{64, 0, 1}, PasswordCost{64, 1, 0}, PasswordCost{8, 1, 2},
                                   PasswordCost{(1U << 20U) + 1, 1, 1}, PasswordCost{64, 17, 1}, PasswordCost{1024, 1, 17}})
    EXPECT_EQ(HashPassword("password", cost).error().reason, "password_cost");
  EXPECT_EQ(HashPassword(std::string(513, 'x'), kCheap).error().reason, "password_too_long");
}

TEST(PasswordTest, HasADummyOfTheSameCostThatNoPasswordBelongsTo) {
  const std::string& dummy = DummyHash(kCheap);
  EXPECT_EQ(&dummy, &DummyHash(kCheap));
  EXPECT_NE(dummy, DummyHash(PasswordCost{128, 1, 1}));
  const auto parsed = ParsePasswordHash(dummy);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->cost, kCheap);
  EXPECT_EQ(parsed->salt.size(), 16U);
  EXPECT_EQ(parsed->hash.size(), 32U);
  EXPECT_FALSE(VerifyPassword("", dummy));
  EXPECT_FALSE(NeedsRehash(dummy, kCheap));
}

TEST(PasswordTest, CountsCodePointsAndNotBytes) {
  EXPECT_EQ(CheckPassword("elevenchars").error().reason, "password_too_short");
  EXPECT_TRUE(CheckPassword("twelve chars").has_value());
  EXPECT_EQ(CheckPassword("ééééééééééé").error().reason, "password_too_short");  // 11 of 22 bytes
  EXPECT_TRUE(CheckPassword("éééééééééééé").has_value());
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "\xF0\x9F\x90\x9F";  // U+1F41F, a fish
  EXPECT_TRUE(CheckPassword(longest).has_value());
  EXPECT_EQ(CheckPassword(longest + "x").error().reason, "password_too_long");
  EXPECT_TRUE(CheckPassword(std::string(128, 'x')).has_value());
  EXPECT_EQ(CheckPassword(std::string(129, 'x')).error().reason, "password_too_long");
  EXPECT_EQ(CheckPassword(std::string(1 << 20, 'x')).error().reason, "password_too_long");
}

TEST(PasswordTest, TakesTheMinimumFromItsCaller) {
  EXPECT_TRUE(CheckPassword("eight888", 8).has_value());
  EXPECT_EQ(CheckPassword("seven77", 8).error().reason, "password_too_short");
}

TEST(PasswordTest, RefusesWhatIsNotText) {
  EXPECT_EQ(CheckPassword(std::string("twelve\0chars", 12)).error().reason, "password_not_utf8");
  EXPECT_EQ(CheckPassword("twelve chars\xFF").error().reason, "password_not_utf8");
  EXPECT_EQ(CheckPassword("twelve chars\xC0\x80").error().reason, "password_not_utf8");
}

TEST(PasswordTest, RefusesBreachedPasswords) {
  const OneBreached breached;
  EXPECT_EQ(CheckPassword("correct horse", 12, &breached).error().reason, "password_breached");
  EXPECT_TRUE(CheckPassword("correct Horse", 12, &breached).has_value());
  EXPECT_TRUE(CheckPassword("correct horse").has_value());
}

}  // namespace
}  // namespace aqua::auth
