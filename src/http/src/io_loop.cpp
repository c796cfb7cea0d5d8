#include "io_loop.hpp"

#include <algorithm>
#include <cstring>

#include "response_head.hpp"

namespace aqua::http {
namespace {

std::mt19937_64 SeededEngine() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

IoLoop::IoLoop()
    : guard_(context_.get_executor()), random_(SeededEngine()), request_ids_(clock_, [this](std::span<std::uint8_t> bytes) { FillRandom(bytes); }) {}

void IoLoop::Start() {
  thread_ = std::jthread([this] { context_.run(); });
}

void IoLoop::Finish() {
  guard_.reset();
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  // What was posted after the thread's end holds connections, which hold this loop: run it, so that it lets go.
  context_.restart();
  context_.poll();
}

std::string_view IoLoop::Date() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  if (second != date_second_) {
    date_second_ = second;
    date_ = DateField(now);
  }
  return date_;
}

void IoLoop::FillRandom(std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t word = random_();
    std::memcpy(bytes.data() + i, &word, std::min(sizeof(word), bytes.size() - i));
  }
}

}  // namespace aqua::http
