#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace aqua::cache::testing {

/// What becomes of one connection: it is let in (+OK to what comes first), and given these answers in turn, whatever it asks.
struct FakeConnection {
  std::vector<std::string> answers;
  bool cut = false;  ///< closed after the last answer; else the client closes it
};

/// Stands for a server that misbehaves. Serves its connections one after the other. Ends with this object, whose clients go first.
class FakeRedis {
 public:
  explicit FakeRedis(std::vector<FakeConnection> connections);
  ~FakeRedis();
  FakeRedis(const FakeRedis&) = delete;
  FakeRedis& operator=(const FakeRedis&) = delete;

  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

 private:
  void Serve() const;

  const std::vector<FakeConnection> connections_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace aqua::cache::testing
