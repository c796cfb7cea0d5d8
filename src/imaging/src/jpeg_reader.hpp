#pragma once

#include <csetjmp>
#include <cstdio>
#include <type_traits>

#include <jpeglib.h>  // needs cstdio before it

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/decode.hpp"
#include "decode_limits.hpp"

namespace aqua::imaging {

/// One libjpeg decompressor with the limits applied. libjpeg ends a failed call with longjmp, which skips destructors:
/// every call goes through Step(), whose callable therefore owns nothing. Step() returns the failure as an Error.
class JpegReader {
 public:
  /// `encoded` must outlive the reader. Cannot be moved: libjpeg keeps pointers into it.
  JpegReader(const DecodeLimits& limits, CpuBudget budget);
  ~JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  /// Reads the header and checks it against the limits.
  Status ReadHeader(ByteView encoded);

  /// Runs calls of libjpeg. Warnings of the library and exceeded limits end the step as errors do.
  template <typename Callable>
  Status Step(Callable callable) {
    static_assert(std::is_trivially_destructible_v<Callable>, "longjmp would skip its destructor");
    if (Guarded(callable)) return {};
    return Failure();
  }

  jpeg_decompress_struct decoder{};

 private:
  enum class Cause { kLibrary, kTooManyScans, kTooSlow };

  // Not inlined, so that no local variable of a caller shares the frame of setjmp.
  template <typename Callable>
  [[gnu::noinline]] bool Guarded(Callable& callable) noexcept {
    if (setjmp(failed_) != 0) return false;
    callable();
    return true;
  }

  [[noreturn]] static void OnError(j_common_ptr decoder);
  static void OnMessage(j_common_ptr decoder, int level);
  static void OnProgress(j_common_ptr decoder);

  [[nodiscard]] Error Failure() const;

  const DecodeLimits& limits_;
  CpuBudget budget_;
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf failed_{};
  Cause cause_ = Cause::kLibrary;
};

}  // namespace aqua::imaging
