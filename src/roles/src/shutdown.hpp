#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace aqua::roles {

/// Takes SIGINT, SIGTERM and SIGHUP from the whole process. To be made before any other thread, which then leave these
/// signals alone. The first SIGINT or SIGTERM asks to stop; a second one ends the process at once with exit code 1.
class Shutdown {
 public:
  /// on_hangup: called for each SIGHUP, on a thread of its own.
  explicit Shutdown(std::function<void()> on_hangup);
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  /// Waits until the process is asked to stop.
  void Wait();
  [[nodiscard]] bool requested();

 private:
  void Run();

  std::function<void()> on_hangup_;
  std::mutex mutex_;  // guards requested_ and ended_
  std::condition_variable changed_;
  bool requested_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace aqua::roles
