#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "aqua/base/file.hpp"
#include "aqua/imaging/preprocessor.hpp"
#include "image_builder.hpp"

namespace aqua::imaging {
namespace {

constexpr std::size_t kPhotosPerFolder = 3;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{10} << 20;

std::filesystem::path DataFolder() {
  const char* configured = std::getenv("AQUA_DATA");
  return configured != nullptr ? std::filesystem::path(configured) : std::filesystem::path(AQUA_SOURCE_DIR) / "../shared/data";
}

/// The first photos, by name, of every class folder.
std::vector<std::filesystem::path> Photos(const std::filesystem::path& classes) {
  std::vector<std::filesystem::path> photos;
  for (const auto& folder : std::filesystem::directory_iterator(classes)) {
    if (!folder.is_directory()) continue;
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file.path());
    std::ranges::sort(files);
    files.resize(std::min(files.size(), kPhotosPerFolder));
    photos.insert(photos.end(), files.begin(), files.end());
  }
  return photos;
}

TEST(RealPhotosTest, DecodesPhotosOfEveryClass) {
  const std::filesystem::path classes = DataFolder() / "species";
  if (!std::filesystem::is_directory(classes)) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "CI must have the photos: no folder " << classes;
    GTEST_SKIP() << "NO REAL PHOTO WAS TESTED: no folder " << classes << "; set AQUA_DATA to the data folder";
  }
  PreprocessSpec spec;
  spec.resize = ResizeRule::kSqrtAspectLetterbox;
  spec.width = spec.height = 128;
  Preprocessor preprocessor(spec, testing::RoomyLimits());
  std::vector<float> tensor(std::size_t{3} * 128 * 128);
  const std::vector<std::filesystem::path> photos = Photos(classes);
  EXPECT_GE(photos.size(), 50U);
  for (const std::filesystem::path& photo : photos) {
    const Result<Bytes> encoded = base::ReadFile(photo, kMaxFileBytes);
    ASSERT_TRUE(encoded.has_value()) << photo;
    std::ranges::fill(tensor, std::nanf(""));
    const Status status = preprocessor.Run(*encoded, tensor);
    ASSERT_TRUE(status.has_value()) << photo << ": " << status.error().message;
    EXPECT_TRUE(std::ranges::all_of(tensor, [](float value) { return value >= 0 && value <= 1; })) << photo;
    EXPECT_GT(std::ranges::max(tensor), 0.2F) << photo;
  }
}

}  // namespace
}  // namespace aqua::imaging
