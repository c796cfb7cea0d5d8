#include "use_recorder.hpp"

#include <utility>

#include "aqua/base/time.hpp"
#include "table.hpp"

namespace aqua::identity {
namespace {

/// How long uses gather before they are written.
constexpr std::chrono::seconds kGather{5};

}  // namespace

UseRecorder::UseRecorder(sql::Database& database, observe::Logger& logger, std::string_view update, std::vector<sql::Command> before,
                         std::chrono::seconds interval)
    : database_(database), logger_(logger), update_(update), before_(std::move(before)), interval_(interval), thread_([this] { Run(); }) {}

UseRecorder::~UseRecorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  Flush();
}

void UseRecorder::Note(const std::string& id, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = noted_.find(id);
  // A clock that went back writes again, rather than not until it has caught up.
  if (found != noted_.end() && now >= found->second && now - found->second < interval_) return;
  if (found == noted_.end() && noted_.size() >= kMaxRemembered) noted_.clear();
  noted_[id] = now;
  const bool first = pending_.empty();
  pending_[id] = now;
  if (first) wake_.notify_one();
}

void UseRecorder::Flush() {
  std::map<std::string, Time> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(pending_);
  }
  if (taken.empty()) return;
  std::vector<sql::Command> commands = before_;
  for (const auto& [id, time] : taken) commands.push_back({.sql = update_, .parameters = {base::FormatTime(time), id, base::FormatTime(time)}});
  const auto written = Commit(database_, sql::TenantScope::All(), commands);
  if (!written) logger_.Log(observe::LogLevel::kWarning, "last uses could not be written down", {{"cause", std::string_view(written.error().message)}});
}

void UseRecorder::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
    if (stopping_) return;
    if (wake_.wait_for(lock, kGather, [this] { return stopping_; })) return;
    lock.unlock();
    Flush();
    lock.lock();
  }
}

}  // namespace aqua::identity
