#include "aqua/base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <limits>

#include "aqua/base/sha256.hpp"
#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::base {
namespace {

constexpr std::uint64_t kLimit = 1024 * 1024;

class FileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path At(std::string_view name) const { return folder_.path() / name; }

  static std::string ReasonOf(const std::filesystem::path& path, std::uint64_t max_bytes = kLimit) {
    const Result<Bytes> content = ReadFile(path, max_bytes);
    return content ? "read" : content.error().reason;
  }

  [[nodiscard]] std::size_t FileCount() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), std::filesystem::directory_iterator()));
  }

  testing::TemporaryFolder folder_;
};

/// Gives up the rights of root, if the test has them, for the life of the object; `folder` then belongs to that user.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const std::filesystem::path& folder) {
    if (!was_root_) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) EXPECT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(::chown(folder.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(::seteuid(kNobody), 0);
  }
  ~OrdinaryUser() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  bool was_root_ = ::geteuid() == 0;
};

/// A pipe whose writing end has been filled and closed.
class FilledPipe {
 public:
  explicit FilledPipe(std::string_view content) {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::write(ends_[1], content.data(), content.size()), static_cast<ssize_t>(content.size()));
    ::close(ends_[1]);
  }
  ~FilledPipe() { ::close(ends_[0]); }
  FilledPipe(const FilledPipe&) = delete;
  FilledPipe& operator=(const FilledPipe&) = delete;
  [[nodiscard]] int reading_end() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

TEST_F(FileTest, ReadsAllBytes) {
  const std::string text("fish\0\xff\n", 7);
  const Result<Bytes> content = ReadFile(folder_.Write("a", text), kLimit);
  ASSERT_TRUE(content);
  EXPECT_EQ(AsText(*content), text);
}

TEST_F(FileTest, ReusesTheCapacityOfTheBuffer) {
  Bytes content(64 * 1024);
  const std::uint8_t* memory = content.data();
  ASSERT_TRUE(ReadFile(folder_.Write("a", "fish"), kLimit, content));
  EXPECT_EQ(AsText(content), "fish");
  EXPECT_EQ(content.data(), memory);
}

TEST_F(FileTest, ReadsUpToTheLimitAndNoFurther) {
  const auto path = folder_.Write("a", "12345678");
  EXPECT_EQ(ReasonOf(path, 8), "read");
  EXPECT_EQ(ReasonOf(path, 7), "too_large");
}

TEST_F(FileTest, TakesTheLargestLimitThereIs) { EXPECT_EQ(ReasonOf(folder_.Write("a", "fish"), std::numeric_limits<std::uint64_t>::max()), "read"); }

TEST_F(FileTest, ReadsFilesThatDoNotTellTheirSize) {
  EXPECT_EQ(ReasonOf("/proc/self/status"), "read");
  EXPECT_EQ(ReasonOf("/proc/self/status", 10), "too_large");
}

TEST_F(FileTest, SaysThatAFileIsEmpty) { EXPECT_EQ(ReasonOf(folder_.Write("empty", "")), "empty"); }

TEST_F(FileTest, SaysThatAFileDoesNotExist) {
  EXPECT_EQ(ReasonOf(At("none")), "not_found");
  EXPECT_EQ(ReasonOf(folder_.Write("a", "x") / "below"), "not_found");
}

TEST_F(FileTest, SaysThatALinkDangles) {
  std::filesystem::create_symlink(At("none"), At("link"));
  const Result<Bytes> content = ReadFile(At("link"), kLimit);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(content.error().reason, "dangling_link");
}

TEST_F(FileTest, SaysThatALinkLeadsToItself) {
  std::filesystem::create_symlink(At("link"), At("link"));
  EXPECT_EQ(ReasonOf(At("link")), "dangling_link");
}

TEST_F(FileTest, FollowsALinkToAFile) {
  std::filesystem::create_symlink(folder_.Write("a", "x"), At("link"));
  EXPECT_EQ(ReasonOf(At("link")), "read");
}

TEST_F(FileTest, SaysThatAFileMayNotBeRead) {
  const OrdinaryUser user(folder_.path());
  const auto path = folder_.Write("secret", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  EXPECT_EQ(ReasonOf(path), "unreadable");
}

TEST_F(FileTest, RefusesWhatIsNotARegularFile) {
  EXPECT_EQ(ReasonOf(folder_.path()), "not_a_file");
  EXPECT_EQ(ReasonOf("/dev/zero"), "not_a_file");
}

TEST_F(FileTest, RefusesANamedPipeWithoutWaitingForAWriter) {
  ASSERT_EQ(::mkfifo(At("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReasonOf(At("pipe")), "not_a_file");
}

TEST_F(FileTest, ReadsAStreamToItsEnd) {
  const FilledPipe pipe("fish");
  const Result<Bytes> content = ReadDescriptor(pipe.reading_end(), kLimit);
  ASSERT_TRUE(content);
  EXPECT_EQ(AsText(*content), "fish");
}

TEST_F(FileTest, BoundsAStream) {
  const FilledPipe pipe("fish");
  const Result<Bytes> content = ReadDescriptor(pipe.reading_end(), 3);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kResourceExhausted);
}

TEST_F(FileTest, SaysThatAStreamIsEmptyOrBroken) {
  const FilledPipe pipe("");
  EXPECT_EQ(ReadDescriptor(pipe.reading_end(), kLimit).error().reason, "empty");
  EXPECT_EQ(ReadDescriptor(-1, kLimit).error().reason, "read_failed");
}

TEST_F(FileTest, WritesAFileThatOthersMayRead) {
  ASSERT_TRUE(WriteFileAtomically(At("a"), AsBytes("fish")));
  EXPECT_EQ(AsText(ReadFile(At("a"), kLimit).value()), "fish");
  EXPECT_EQ(std::filesystem::status(At("a")).permissions(), std::filesystem::perms(0644));
}

TEST_F(FileTest, ReplacesAFileAndLeavesNothingBehind) {
  folder_.Write("a", "old and longer");
  ASSERT_TRUE(WriteFileAtomically(At("a"), AsBytes("new")));
  EXPECT_EQ(AsText(ReadFile(At("a"), kLimit).value()), "new");
  EXPECT_EQ(FileCount(), 1U);
}

TEST_F(FileTest, WritesAnEmptyFile) {
  ASSERT_TRUE(WriteFileAtomically(At("a"), {}));
  EXPECT_EQ(ReasonOf(At("a")), "empty");
}

TEST_F(FileTest, SaysThatTheFolderToWriteInIsMissing) {
  const Status status = WriteFileAtomically(At("none") / "a", AsBytes("x"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(status.error().reason, "write_failed");
}

TEST_F(FileTest, LeavesNothingBehindWhenTheTargetIsAFolder) {
  std::filesystem::create_directory(At("a"));
  EXPECT_EQ(WriteFileAtomically(At("a"), AsBytes("x")).error().reason, "write_failed");
  EXPECT_EQ(FileCount(), 1U);
}

TEST_F(FileTest, SaysThatAFolderMayNotBeWritten) {
  const OrdinaryUser user(folder_.path());
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(WriteFileAtomically(At("a"), AsBytes("x")).error().reason, "read_only");
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
}

TEST(BytesTest, TextAndBytesAreViewsOfEachOther) {
  const std::string text = "fish";
  EXPECT_EQ(AsText(AsBytes(text)), text);
  EXPECT_EQ(AsText(AsBytes(text)).data(), text.data());
}

// FIPS 180-4 examples and the digest of nothing.
TEST(Sha256Test, GivesThePublishedDigests) {
  EXPECT_EQ(Sha256Hex(AsBytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace aqua::base
