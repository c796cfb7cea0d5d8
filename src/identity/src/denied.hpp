#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "aqua/identity/revocation_feed.hpp"

namespace aqua::identity {

/// Finds strings by views of them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

template <typename Value>
using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// What is refused now, by kind.
struct RevocationFeed::Denied {
  using Clock = std::chrono::system_clock;
  struct UserState {
    Clock::time_point not_before;
    std::uint64_t sequence = 0;
    Clock::time_point expires_at;
  };
  ByText<Clock::time_point> subjects;  ///< sid, jti, API key: all random, so one map tells them apart; until when
  ByText<UserState> users;

  [[nodiscard]] std::size_t size() const { return subjects.size() + users.size(); }
  [[nodiscard]] bool Has(std::string_view subject) const { return subjects.find(subject) != subjects.end(); }
  void DropExpired(Clock::time_point now) {
    std::erase_if(subjects, [&](const auto& entry) { return entry.second <= now; });
    std::erase_if(users, [&](const auto& entry) { return entry.second.expires_at <= now; });
  }
};

}  // namespace aqua::identity
