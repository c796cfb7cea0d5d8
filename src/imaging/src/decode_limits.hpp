#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/imaging/decode.hpp"

namespace aqua::imaging {

/// CPU time that the calling thread may still spend. Trivially copyable, so that C callbacks may hold it.
class CpuBudget {
 public:
  explicit CpuBudget(std::chrono::milliseconds allowance);

  /// Counts one row or step and looks at the clock, a system call, every sixteenth time. True once the budget is spent.
  bool Spend();

  /// Looks at the clock now.
  [[nodiscard]] bool Spent() const;

 private:
  std::int64_t end_ns_;
  unsigned steps_ = 0;
};

/// Checks the stored size, as the header gives it, before anything is decoded.
Status CheckSize(const DecodeLimits& limits, std::int64_t width, std::int64_t height, std::size_t file_bytes);

Error Corrupt(ImageFormat format, std::string_view library_text);
Error UnsupportedVariant(ImageFormat format, std::string_view what);
Error Animated(ImageFormat format);
Error TooSlow(const DecodeLimits& limits);
Error TooMuchMemory(const DecodeLimits& limits);
Error TooManyScans(const DecodeLimits& limits);

}  // namespace aqua::imaging
