#pragma once

#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "aqua/base/result.hpp"

namespace aqua::cache {

/// Lets concurrent loads of one key share one call of a loader, so that a value that runs out is made once and not by everyone.
/// Errors are shared too; then the key is forgotten, and the next Load() calls again. Thread-safe.
template <typename Value>
class SingleFlight {
 public:
  /// Calls the loader, or waits for the call that is under way for this key and returns a copy of its result. The loader bounds the
  /// wait; it must not load the same key. When it throws, the caller gets the exception and those who wait get kInternal.
  template <typename Loader>
  Result<Value> Load(std::string_view key, Loader&& loader) {
    std::promise<Result<Value>> promise;
    {
      std::unique_lock lock(mutex_);
      const auto [flight, first] = flights_.try_emplace(std::string(key));
      if (!first) {
        const std::shared_future<Result<Value>> shared = flight->second;
        lock.unlock();
        return shared.get();
      }
      flight->second = promise.get_future().share();
    }
    try {
      Result<Value> result = std::forward<Loader>(loader)();
      Forget(key);
      promise.set_value(result);
      return result;
    } catch (...) {
      Forget(key);
      promise.set_value(MakeError(ErrorCode::kInternal, "the load that was waited for broke off"));
      throw;
    }
  }

 private:
  void Forget(std::string_view key) {
    const std::lock_guard lock(mutex_);
    flights_.erase(std::string(key));
  }

  std::mutex mutex_;  // guards flights_
  std::unordered_map<std::string, std::shared_future<Result<Value>>> flights_;
};

}  // namespace aqua::cache
