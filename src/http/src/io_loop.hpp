#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>

#include "aqua/base/clock.hpp"
#include "aqua/base/uuid.hpp"
#include "asio.hpp"

namespace aqua::http {

class Connection;

/// One I/O thread with its io_context. Connections live on one loop and are touched by no other thread. Outlives its server
/// as long as somebody holds an exchange; nothing is run then.
class IoLoop {
 public:
  IoLoop();
  ~IoLoop() { Finish(); }
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  /// Starts the thread.
  void Start();
  /// Runs what is under way to its end, then ends the thread. Nothing can be posted from then on.
  void Finish();

  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] bool IsHere() { return executor().running_in_this_thread(); }

  /// Runs work on the loop's thread, later; drops it when the loop has finished. Thread-safe.
  template <typename Work>
  void Post(Work work) {
    const std::lock_guard lock(mutex_);
    if (!finished_) asio::post(context_, std::move(work));
  }

  // The rest is for the loop's thread.
  std::unordered_set<Connection*>& connections() { return connections_; }
  /// The Date field of an answer, made once a second.
  std::string_view Date();
  /// For ids, which need not be secret.
  void FillRandom(std::span<std::uint8_t> bytes);
  std::string NewRequestId() { return request_ids_.Next(); }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<Executor> guard_;
  std::mutex mutex_;
  bool finished_ = false;
  std::unordered_set<Connection*> connections_;
  std::string date_;
  std::time_t date_second_ = 0;
  std::mt19937_64 random_;
  base::SystemClock clock_;
  base::UuidSource request_ids_;
  std::jthread thread_;
};

}  // namespace aqua::http
