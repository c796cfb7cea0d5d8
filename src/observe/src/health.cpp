#include "aqua/observe/health.hpp"

namespace aqua::observe {
namespace {

constexpr std::chrono::seconds kLife{1};

std::string Reason(const Status& status) {
  if (status) return "";
  const Error& error = status.error();
  return error.reason.empty() ? std::string(Name(error.code)) : error.reason;
}

}  // namespace

void HealthRegistry::Add(std::string name, bool required, Check check) { entries_.push_back({std::move(name), required, std::move(check)}); }

HealthReport HealthRegistry::RunChecks() const {
  HealthReport report;
  for (const Entry& entry : entries_) {
    const Status status = entry.check();
    report.checks.push_back({entry.name, entry.required, status.has_value(), Reason(status)});
    report.ready = report.ready && (status.has_value() || !entry.required);
  }
  return report;
}

std::optional<HealthReport> HealthRegistry::Last(std::chrono::steady_clock::duration oldest) const {
  const std::lock_guard lock(mutex_);
  if (!last_ || clock_() - checked_at_ > oldest) return std::nullopt;
  return last_;
}

HealthReport HealthRegistry::Report() {
  std::unique_lock checking(checking_, std::try_to_lock);
  if (!checking.owns_lock()) {
    if (auto last = Last(std::chrono::steady_clock::duration::max())) return *std::move(last);
    checking.lock();
  }
  if (auto last = Last(kLife)) return *std::move(last);
  HealthReport report = RunChecks();
  const std::lock_guard lock(mutex_);
  last_ = report;
  checked_at_ = clock_();
  return report;
}

}  // namespace aqua::observe
