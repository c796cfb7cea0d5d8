#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>

#include "aqua/base/bytes.hpp"
#include "aqua/imaging/decode.hpp"
#include "image_builder.hpp"

namespace aqua::imaging::testing {

/// Expects Decode() to refuse with the reason, with something to do in the message.
inline Error ExpectRefused(const Bytes& encoded, const std::string& reason, const DecodeLimits& limits = RoomyLimits()) {
  Image image;
  const Status status = Decode(encoded, limits, nullptr, image);
  if (status.has_value()) {
    ADD_FAILURE() << "decoded, but expected " << reason;
    return {};
  }
  EXPECT_EQ(status.error().reason, reason) << status.error().message;
  const bool limit_of_resources = reason == "too_slow" || reason == "too_much_memory";
  EXPECT_EQ(status.error().code, limit_of_resources ? ErrorCode::kResourceExhausted : ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.error().message, ::testing::ContainsRegex("; (use|make|save|send|copy)"));
  return status.error();
}

/// Expects every prefix whose length is a multiple of 64 to be refused.
inline void ExpectPrefixesRefused(const Bytes& encoded) {
  Image image;
  for (std::size_t length = 0; length < encoded.size(); length += 64)
    EXPECT_FALSE(Decode(ByteView(encoded).first(length), RoomyLimits(), nullptr, image).has_value()) << length << " of " << encoded.size() << " bytes";
}

inline Image MustDecode(const Bytes& encoded, const DecodeLimits& limits = RoomyLimits(), const PreprocessSpec* fit = nullptr) {
  Image image;
  const Status status = Decode(encoded, limits, fit, image);
  EXPECT_TRUE(status.has_value()) << status.error().reason << ": " << status.error().message;
  return image;
}

inline void ExpectNear(const Image& image, int x, int y, std::array<int, 3> rgb, int tolerance) {
  ASSERT_TRUE(x < image.width && y < image.height);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(PixelAt(image, x, y)[i], rgb[i], tolerance) << "channel " << i << " at " << x << "," << y;
}

/// CPU time of the calling thread that `work` takes.
template <typename Work>
std::chrono::nanoseconds CpuTime(Work work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto start = now();
  work();
  return now() - start;
}

}  // namespace aqua::imaging::testing
