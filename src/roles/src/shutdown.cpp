#include "shutdown.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace aqua::roles {
namespace {

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Shutdown::Shutdown(std::function<void()> on_hangup) : on_hangup_(std::move(on_hangup)) {
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { Run(); });
}

Shutdown::~Shutdown() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  thread_.join();
}

void Shutdown::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return requested_; });
}

bool Shutdown::requested() {
  const std::lock_guard lock(mutex_);
  return requested_;
}

void Shutdown::Run() {
  const sigset_t signals = HandledSignals();
  constexpr timespec kCheckEnd{0, 100'000'000};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &kCheckEnd);
    const std::unique_lock lock(mutex_);
    if (ended_) return;
    if (signal == SIGHUP) {
      on_hangup_();
      if (on_reload_) on_reload_();
    }
    if (signal != SIGINT && signal != SIGTERM) continue;
    if (requested_) ::_exit(1);
    requested_ = true;
    changed_.notify_all();
  }
}

Hangup::Hangup(Shutdown& shutdown, std::function<void()> reload) : shutdown_(shutdown) {
  const std::lock_guard lock(shutdown_.mutex_);
  shutdown_.on_reload_ = std::move(reload);
}

Hangup::~Hangup() {
  const std::lock_guard lock(shutdown_.mutex_);
  shutdown_.on_reload_ = {};
}

}  // namespace aqua::roles
