#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace aqua::http {

/// Bytes that were received and not used yet. Small at first, grows up to its bound. Taking bytes out moves nothing, so that
/// it may be done while a read into Room() is under way.
class InputBuffer {
 public:
  explicit InputBuffer(std::size_t max_size) : max_size_(std::max(max_size, kInitialSize)), storage_(kInitialSize) {}

  [[nodiscard]] std::string_view view() const { return {storage_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] bool full() const { return end_ - begin_ >= max_size_; }

  void Consume(std::size_t bytes) { begin_ += bytes; }

  /// Memory for the next read. Requires: not full(), and no read into an earlier Room() is under way.
  [[nodiscard]] std::span<char> Room() {
    if (begin_ > 0) std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == storage_.size()) storage_.resize(std::min(storage_.size() * 2, max_size_));
    return {storage_.data() + end_, storage_.size() - end_};
  }

  /// Takes its full size at once, for bodies. Requires: as Room().
  void Grow() { storage_.resize(max_size_); }

  /// Takes over what a read put into Room().
  void Commit(std::size_t bytes) { end_ += bytes; }

 private:
  static constexpr std::size_t kInitialSize = 4 << 10;

  std::size_t max_size_;
  std::vector<char> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace aqua::http
