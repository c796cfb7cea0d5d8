#include "aqua/ratelimit/instrumented_limiter.hpp"

#include <utility>

namespace aqua::ratelimit {
namespace {

observe::Counter& AddDecisions(observe::MetricsRegistry& registry, const std::string& rate_class, const std::string& outcome) {
  return registry.AddCounter("aqua_ratelimit_decisions_total", "Decisions of a rate limit", {{"class", rate_class}, {"outcome", outcome}});
}

}  // namespace

InstrumentedLimiter::InstrumentedLimiter(std::unique_ptr<Limiter> inner, const std::string& rate_class, observe::MetricsRegistry& registry)
    : inner_(std::move(inner)), admitted_(AddDecisions(registry, rate_class, "admitted")), refused_(AddDecisions(registry, rate_class, "refused")) {}

Decision InstrumentedLimiter::Counted(Decision decision) {
  if (decision.verdict == Verdict::kAdmitted) admitted_.Increment();
  if (decision.verdict == Verdict::kRefused) refused_.Increment();
  return decision;
}

}  // namespace aqua::ratelimit
