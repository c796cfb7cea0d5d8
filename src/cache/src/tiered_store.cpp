#include "aqua/cache/tiered_store.hpp"

#include <algorithm>
#include <utility>

#include "aqua/base/assert.hpp"

namespace aqua::cache {

TieredStore::TieredStore(std::unique_ptr<Store> front, std::unique_ptr<Store> back, std::chrono::milliseconds front_ttl, const std::string& name,
                         observe::MetricsRegistry& registry)
    : front_(std::move(front)),
      back_(std::move(back)),
      front_ttl_(front_ttl),
      errors_(registry.AddCounter("aqua_cache_back_errors_total", "Calls that the far store behind a near one failed", {{"store", name}})) {
  AQUA_ASSERT(CheckTtl(front_ttl).has_value());
}

Result<std::optional<std::string>> TieredStore::Get(std::string_view key) {
  if (auto near = front_->Get(key); near && near->has_value()) return near;
  auto far = back_->Get(key);
  if (!far) {
    errors_.Increment();
    return std::optional<std::string>();
  }
  // The front may have no room for it, which is no fault.
  if (far->has_value()) static_cast<void>(front_->Set(key, **far, front_ttl_));
  return far;
}

Status TieredStore::Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
  AQUA_TRY(CheckTtl(ttl));
  Status status = Counted(back_->Set(key, value, ttl));
  static_cast<void>(front_->Set(key, value, std::min(ttl, front_ttl_)));
  return status;
}

Status TieredStore::Remove(std::string_view key) {
  Status status = Counted(back_->Remove(key));
  Status near = front_->Remove(key);
  return status ? near : status;
}

Status TieredStore::Counted(Status status) {
  if (!status) errors_.Increment();
  return status;
}

}  // namespace aqua::cache
