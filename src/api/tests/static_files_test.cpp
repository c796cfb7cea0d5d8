#include "aqua/api/static_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::api {
namespace {

TEST(StaticFilesTest, ReadsKnownTypesBelowTheFolder) {
  const base::testing::TemporaryFolder folder;
  folder.Write("index.html", "<p>");
  folder.Write("assets/a.js", "1");
  folder.Write("notes.exe", "MZ");
  folder.Write("empty.css", "");
  const StaticFiles files = StaticFiles::Load(folder.path()).value();
  ASSERT_NE(files.Find("assets/a.js"), nullptr);
  EXPECT_EQ(files.Find("assets/a.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(AsText(*files.Find("index.html")->content), "<p>");
  EXPECT_EQ(files.files().size(), 2U);
}

TEST(StaticFilesTest, TellsContentsApartByTheirTag) {
  const base::testing::TemporaryFolder folder;
  folder.Write("a.txt", "1");
  folder.Write("b.txt", "2");
  folder.Write("c.txt", "1");
  const StaticFiles files = StaticFiles::Load(folder.path()).value();
  EXPECT_NE(files.Find("a.txt")->etag, files.Find("b.txt")->etag);
  EXPECT_EQ(files.Find("a.txt")->etag, files.Find("c.txt")->etag);
}

TEST(StaticFilesTest, FollowsNoLinks) {
  const base::testing::TemporaryFolder folder;
  std::filesystem::create_symlink("/etc/hostname", folder.path() / "leak.txt");
  std::filesystem::create_directory_symlink("/etc", folder.path() / "etc");
  EXPECT_TRUE(StaticFiles::Load(folder.path()).value().empty());
}

TEST(StaticFilesTest, AFolderThatIsNotThereIsEmpty) { EXPECT_TRUE(StaticFiles::Load("/nowhere/at/all").value().empty()); }

}  // namespace
}  // namespace aqua::api
