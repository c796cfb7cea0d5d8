#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "aqua/identity/event.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

/// Writes down when things were last used, gathered and late: what a crash loses is a few seconds of that. Thread-safe.
class UseRecorder {
 public:
  static constexpr std::size_t kMaxRemembered = 50'000;

  /// update: a statement with $1 time, $2 id, $3 the same time. before: commands that go first in each transaction.
  /// interval: at most so often for one thing.
  UseRecorder(sql::Database& database, observe::Logger& logger, std::string_view update, std::vector<sql::Command> before, std::chrono::seconds interval);
  /// Writes what is left.
  ~UseRecorder();
  UseRecorder(const UseRecorder&) = delete;
  UseRecorder& operator=(const UseRecorder&) = delete;

  /// Never blocks for the database.
  void Note(const std::string& id, Time now);
  void Flush();

 private:
  void Run();

  sql::Database& database_;
  observe::Logger& logger_;
  const std::string_view update_;
  const std::vector<sql::Command> before_;
  const std::chrono::seconds interval_;
  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::map<std::string, Time> noted_;    ///< last time that was taken for writing
  std::map<std::string, Time> pending_;  ///< in the order of ids: several instances then never wait for each other in a circle
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace aqua::identity
