#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "aqua/auth/password_workers.hpp"
#include "aqua/base/result.hpp"

namespace aqua::identity {

/// Runs work(), which returns a Result<Value>, on a password worker and waits for it. Errors: kResourceExhausted ("too_many_logins"), those of work().
template <typename Value, typename Work>
Result<Value> OnWorker(auth::PasswordWorkers& workers, Work work) {
  // Shared: the job may still be ending when this has returned.
  auto promise = std::make_shared<std::promise<Result<Value>>>();
  auto outcome = promise->get_future();
  AQUA_TRY(workers.Submit([promise, work = std::move(work)] {
    try {
      promise->set_value(work());
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }));
  return outcome.get();
}

}  // namespace aqua::identity
