#include "aqua/auth/breached_passwords.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "aqua/base/testing/temporary_folder.hpp"
#include "digest.hpp"

namespace aqua::auth {
namespace {

class BreachedPasswordsTest : public ::testing::Test {
 protected:
  std::unique_ptr<BreachedPasswords> Open(const std::string& content) {
    auto opened = OpenBreachedPasswords(folder_.Write("list-" + std::to_string(lists_++), content));
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }

  /// The hashes of "password-0" to "password-<count - 1>", sorted, cut to `digits`, each with `end` behind.
  static std::string Hashes(std::size_t count, std::size_t digits, const std::string& end) {
    std::vector<std::string> hashes;
    for (std::size_t i = 0; i < count; ++i) hashes.push_back(Sha1Hex("password-" + std::to_string(i)).substr(0, digits));
    std::sort(hashes.begin(), hashes.end());
    std::string text;
    for (const std::string& hash : hashes) text += hash + end;
    return text;
  }

  base::testing::TemporaryFolder folder_;
  int lists_ = 0;  // each has a file of its own, since it is read while it is used
};

TEST_F(BreachedPasswordsTest, FindsEachPasswordOfAFileOfHashesAndNoOther) {
  for (const std::size_t count : {1U, 2U, 3U, 10U, 500U})
    for (const char* end : {"\n", "\r\n", ":1\n", ":123456789\r\n"}) {
      const auto breached = Open(Hashes(count, 40, end));
      for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(breached->Contains("password-" + std::to_string(i))) << count << " " << i;
      for (std::size_t i = count; i < count + 100; ++i) EXPECT_FALSE(breached->Contains("password-" + std::to_string(i))) << count << " " << i;
    }
}

TEST_F(BreachedPasswordsTest, FindsTheLastLineWithoutItsEnd) {
  std::string text = Hashes(5, 40, "\n");
  text.pop_back();
  const auto breached = Open(text);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(breached->Contains("password-" + std::to_string(i))) << i;
}

TEST_F(BreachedPasswordsTest, FindsHashesThatAreCutOffOrInSmallLetters) {
  const auto shortened = Open(Hashes(100, 16, ":7\n"));
  std::string small = Hashes(100, 40, "\n");
  std::transform(small.begin(), small.end(), small.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto lower = Open(small);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(shortened->Contains("password-" + std::to_string(i)), i < 100) << i;
    EXPECT_EQ(lower->Contains("password-" + std::to_string(i)), i < 100) << i;
  }
}

TEST_F(BreachedPasswordsTest, RefusesHashesThatAreNotSorted) {
  const std::string hash_a = Sha1Hex("a");
  const std::string hash_b = Sha1Hex("b");
  const std::string text = std::max(hash_a, hash_b) + "\n" + std::min(hash_a, hash_b) + "\n";
  const auto opened = OpenBreachedPasswords(folder_.Write("list", text));
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().reason, "not_sorted");
}

TEST_F(BreachedPasswordsTest, ReadsAPlainListExactly) {
  const auto breached = Open("correct horse\r\nfirst password\n\nspaces at the end  \nlast");
  EXPECT_TRUE(breached->Contains("correct horse"));
  EXPECT_TRUE(breached->Contains("first password"));
  EXPECT_TRUE(breached->Contains("spaces at the end  "));
  EXPECT_TRUE(breached->Contains("last"));
  EXPECT_FALSE(breached->Contains("spaces at the end"));
  EXPECT_FALSE(breached->Contains("Correct horse"));
  EXPECT_FALSE(breached->Contains(""));
}

TEST_F(BreachedPasswordsTest, SaysWhenThereIsNoFile) {
  EXPECT_EQ(OpenBreachedPasswords(folder_.path() / "missing").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(OpenBreachedPasswords(folder_.path()).has_value());
}

}  // namespace
}  // namespace aqua::auth
