#pragma once

#include <memory>
#include <string>

#include "aqua/observe/metrics.hpp"
#include "aqua/ratelimit/limiter.hpp"

namespace aqua::ratelimit {

/// Counts what another limiter, which it owns, decides. Thread-safe.
/// aqua_ratelimit_decisions_total{class,outcome="admitted|refused"}.
class InstrumentedLimiter final : public Limiter {
 public:
  /// rate_class: a fixed word. registry must outlive this.
  InstrumentedLimiter(std::unique_ptr<Limiter> inner, const std::string& rate_class, observe::MetricsRegistry& registry);

  Decision TryAdmit(std::string_view key) override { return Counted(inner_->TryAdmit(key)); }
  Decision Admit(std::string_view key) override { return Counted(inner_->Admit(key)); }

 private:
  Decision Counted(Decision decision);

  const std::unique_ptr<Limiter> inner_;
  observe::Counter& admitted_;
  observe::Counter& refused_;
};

}  // namespace aqua::ratelimit
