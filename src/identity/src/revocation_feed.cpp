#include "aqua/identity/revocation_feed.hpp"

#include <exception>
#include <utility>

#include "aqua/identity/event.hpp"
#include "denied.hpp"
#include "table.hpp"

namespace aqua::identity {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr std::string_view kSelect =
    "SELECT sequence, kind, subject, not_before, expires_at FROM revocations WHERE sequence > $1 ORDER BY sequence LIMIT 10000";
constexpr std::int64_t kPage = 10'000;

}  // namespace

RevocationFeed::RevocationFeed(sql::Database& database, const base::Clock& clock, RevocationFeedConfig config, observe::MetricsRegistry& registry,
                               observe::Logger& logger)
    : database_(database),
      clock_(clock),
      config_(std::move(config)),
      logger_(logger),
      known_(registry.AddGauge("aqua_identity_revocations", "Sessions, tokens, keys and users that are refused now")),
      polled_(registry.AddCounter("aqua_identity_revocation_polls_total", "Looks at the table of revocations", {{"outcome", "ok"}})),
      failed_(registry.AddCounter("aqua_identity_revocation_polls_total", "Looks at the table of revocations", {{"outcome", "failed"}})),
      denied_(std::make_unique<Denied>()),
      polled_at_(Now() - kMaxStaleness * 2) {}

RevocationFeed::~RevocationFeed() { Stop(); }

void RevocationFeed::Start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
}

void RevocationFeed::Stop() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RevocationFeed::Run() {
  bool healthy = true;
  std::unique_lock lock(stop_mutex_);
  while (!wake_.wait_for(lock, config_.interval, [this] { return stopping_; })) {
    lock.unlock();
    const Status polled = Poll();
    if (!polled && healthy) logger_.Log(observe::LogLevel::kWarning, "revocations cannot be read", {{"cause", std::string_view(polled.error().message)}});
    if (polled && !healthy) logger_.Log(observe::LogLevel::kInfo, "revocations are read again");
    healthy = polled.has_value();
    if (healthy && config_.after_poll) {
      try {
        config_.after_poll(signing_keys_removed_.exchange(false));
      } catch (const std::exception& failure) {
        logger_.Log(observe::LogLevel::kError, "what follows a look at the revocations failed", {{"cause", failure.what()}});
      }
    }
    lock.lock();
  }
}

Status RevocationFeed::Poll() {
  const std::lock_guard lock(polling_);
  const auto began = Now();
  while (true) {
    const auto more = ReadNew();
    if (!more) {
      failed_.Increment();
      return more.error();
    }
    if (!*more) break;
  }
  polled_at_ = began;
  polled_.Increment();
  return {};
}

Result<bool> RevocationFeed::ReadNew() {
  AQUA_TRY_ASSIGN(const Rows rows, Ask(database_, sql::TenantScope::All(), kSelect, {static_cast<std::int64_t>(sequence())}));
  const Time now = clock_.Now();
  // A clock that is an hour ahead must not forget what another instance has just revoked, hence the slack.
  const Time cutoff = now - std::chrono::hours(1);
  const bool sweep = !rows.empty() || now - swept_at_ > std::chrono::minutes(1) || now < swept_at_;
  if (!sweep) return false;
  const std::unique_lock lock(mutex_);
  std::uint64_t newest = sequence();
  for (const sql::Row& row : rows) {
    newest = static_cast<std::uint64_t>(row.Integer(0));
    const Time expires_at = TimeColumn(row, 4);
    if (expires_at <= cutoff) continue;
    if (row.Text(1) == "user") {
      denied_->users[row.Text(2)] = {OptionalTime(row, 3).value_or(Time::min()), newest, expires_at};
    } else {
      denied_->subjects[row.Text(2)] = expires_at;
      if (row.Text(1) == "signing_key") signing_keys_removed_ = true;
    }
  }
  denied_->DropExpired(cutoff);
  swept_at_ = now;
  size_.store(denied_->size(), std::memory_order_release);
  sequence_.store(newest, std::memory_order_release);
  known_.Set(static_cast<double>(denied_->size()));
  return static_cast<std::int64_t>(rows.size()) == kPage;
}

bool RevocationFeed::IsRevoked(const auth::AccessClaims& claims) const {
  if (size_.load(std::memory_order_acquire) == 0) return false;
  const std::shared_lock lock(mutex_);
  if (denied_->Has(claims.session) || denied_->Has(claims.token_id)) return true;
  const auto user = denied_->users.find(std::string_view(claims.subject));
  return user != denied_->users.end() && claims.issued_at < user->second.not_before;
}

bool RevocationFeed::IsSessionRevoked(std::string_view session_id) const {
  if (size_.load(std::memory_order_acquire) == 0) return false;
  const std::shared_lock lock(mutex_);
  return denied_->Has(session_id);
}

bool RevocationFeed::IsKeyRevoked(std::string_view key_id) const { return IsSessionRevoked(key_id); }

std::uint64_t RevocationFeed::UserSequence(std::string_view user_id) const {
  if (size_.load(std::memory_order_acquire) == 0) return 0;
  const std::shared_lock lock(mutex_);
  const auto user = denied_->users.find(user_id);
  return user == denied_->users.end() ? 0 : user->second.sequence;
}

Milliseconds RevocationFeed::staleness() const { return std::chrono::duration_cast<Milliseconds>(Now() - polled_at_.load()); }

std::chrono::steady_clock::time_point RevocationFeed::Now() const { return config_.now ? config_.now() : std::chrono::steady_clock::now(); }

}  // namespace aqua::identity
