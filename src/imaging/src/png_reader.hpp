#pragma once

#include <png.h>

#include <array>
#include <csetjmp>
#include <type_traits>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/decode.hpp"

namespace aqua::imaging {

/// One libpng reader with the limits applied: only the chunks that make up the pixels are read, the CRC of every chunk
/// must be right. libpng ends a failed call with longjmp, which skips destructors: every call goes through Step(), whose
/// callable therefore owns nothing. Step() returns the failure as an Error.
class PngReader {
 public:
  /// `encoded` must outlive the reader. Cannot be moved: libpng keeps pointers into it.
  explicit PngReader(ByteView encoded) : rest_(encoded) {}
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  /// Reads up to the first pixels. Requires: the size was checked already.
  Status ReadHeader(const DecodeLimits& limits);

  /// Runs calls of libpng. Warnings of the library end the step as errors do.
  template <typename Callable>
  Status Step(Callable callable) {
    static_assert(std::is_trivially_destructible_v<Callable>, "longjmp would skip its destructor");
    if (Guarded(callable)) return {};
    return Failure();
  }

  png_structp png = nullptr;
  png_infop info = nullptr;

 private:
  // Not inlined, so that no local variable of a caller shares the frame of setjmp.
  template <typename Callable>
  [[gnu::noinline]] bool Guarded(Callable& callable) noexcept {
    if (setjmp(failed_) != 0) return false;
    callable();
    return true;
  }

  [[noreturn]] static void OnError(png_structp png, png_const_charp text);
  static void OnWarning(png_structp png, png_const_charp text);
  static void OnRead(png_structp png, png_bytep to, std::size_t size);

  [[nodiscard]] Error Failure() const;

  ByteView rest_;
  std::array<char, 128> text_{};
  std::jmp_buf failed_{};
};

}  // namespace aqua::imaging
