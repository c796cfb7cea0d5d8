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
  friend class Hangup;
  void Run();

  std::function<void()> on_hangup_;
  std::mutex mutex_;                 // guards all below
  std::function<void()> on_reload_;  ///< of a Hangup
  std::condition_variable changed_;
  bool requested_ = false;
  bool ended_ = false;
  std::thread thread_;
};

/// Has something more done for each SIGHUP as long as this object lives, on the same thread. One at a time.
class Hangup {
 public:
  Hangup(Shutdown& shutdown, std::function<void()> reload);
  ~Hangup();
  Hangup(const Hangup&) = delete;
  Hangup& operator=(const Hangup&) = delete;

 private:
  Shutdown& shutdown_;
};

}  // namespace aqua::roles
