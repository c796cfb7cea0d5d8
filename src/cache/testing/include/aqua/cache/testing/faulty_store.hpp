#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "aqua/cache/store.hpp"

namespace aqua::cache::testing {

/// A store that fails every call while its switch is on, and else does what the one behind it does. Thread-safe.
class FaultyStore final : public Store {
 public:
  /// faulty: must outlive this.
  FaultyStore(std::unique_ptr<Store> inner, const std::atomic<bool>& faulty) : inner_(std::move(inner)), faulty_(faulty) {}

  Result<std::optional<std::string>> Get(std::string_view key) override {
    AQUA_TRY(Check());
    return inner_->Get(key);
  }
  Status Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) override {
    AQUA_TRY(Check());
    return inner_->Set(key, value, ttl);
  }
  Status Remove(std::string_view key) override {
    AQUA_TRY(Check());
    return inner_->Remove(key);
  }

 private:
  [[nodiscard]] Status Check() const {
    if (faulty_) return MakeError(ErrorCode::kUnavailable, "the store is switched off", "store_unavailable");
    return {};
  }

  const std::unique_ptr<Store> inner_;
  const std::atomic<bool>& faulty_;
};

}  // namespace aqua::cache::testing
