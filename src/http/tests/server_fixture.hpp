#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "aqua/http/server.hpp"
#include "aqua/http/testing/raw_client.hpp"
#include "aqua/observe/testing/memory_logger.hpp"

namespace aqua::http {

/// Longest wait for what must happen; a test that reaches it fails.
inline constexpr std::chrono::seconds kPatience{20};

/// Holds handlers back until it is opened.
class Gate {
 public:
  void Open() { opened_.set_value(); }
  void Wait() const { future_.wait_for(kPatience); }

 private:
  std::promise<void> opened_;
  std::shared_future<void> future_ = opened_.get_future().share();
};

/// Keeps what was recorded of each request.
class AccessLog {
 public:
  struct Entry {
    int status = 0;
    Method method = Method::kGet;
    std::string route;
    std::string path;
    std::string request_id;
    std::string peer;
    std::uint64_t request_bytes = 0;
    std::uint64_t response_bytes = 0;
    std::chrono::nanoseconds duration{};
  };

  void Add(const AccessRecord& record) {
    const std::lock_guard lock(mutex_);
    const Request& request = *record.request;
    entries_.push_back({record.status, request.method, request.route, request.path, request.request_id, request.peer, record.request_bytes,
                        record.response_bytes, record.duration});
    added_.notify_all();
  }

  /// Waits for so many entries and returns all there are.
  std::vector<Entry> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(added_.wait_for(lock, kPatience, [&] { return entries_.size() >= count; })) << entries_.size() << " requests of " << count;
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<Entry> entries_;
};

inline Response Text(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

/// Answers with what arrived: "<path>|<body>".
inline void Echo(const std::shared_ptr<Exchange>& exchange) {
  const Request& request = exchange->request();
  exchange->Respond(Text(fmt::format("{}|{}", request.path, AsText(request.body))));
}

/// A server on a free port of the loopback. Tests change config_, call Start(), and talk to it through raw clients.
/// Errors are answered with "<type>: <message>".
class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    config_.blocking_threads = 2;
    config_.error_response = [](const Request&, const TransportError& fault) { return Text(fault.type + ": " + fault.message, fault.status); };
    config_.on_access = [this](const AccessRecord& record) { log_.Add(record); };
    AddRoute(Method::kGet, "/get", Echo);
    AddRoute(Method::kPost, "/post", Echo);
  }

  Route& AddRoute(Method method, std::string path, Handler handler, Execution execution = Execution::kInline) {
    return config_.routes.emplace_back(Route{.method = method,
                                             .path = std::move(path),
                                             .execution = execution,
                                             .max_body_bytes = method == Method::kGet ? 0U : 1U << 20,
                                             .content_types = {},
                                             .requires_body = false,
                                             .handler = std::move(handler)});
  }

  void Start() {
    Result<std::unique_ptr<Server>> server = Server::Listen(config_, logger_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    server_->Start();
  }

  [[nodiscard]] testing::RawClient Connect() const { return testing::RawClient(server_->port()); }

  /// Sends bytes on a connection of their own and returns the first answer.
  [[nodiscard]] testing::RawResponse Ask(std::string_view bytes) const {
    testing::RawClient client = Connect();
    client.Send(bytes);
    return client.Receive();
  }

  [[nodiscard]] testing::RawResponse Get(std::string_view target, const std::vector<std::pair<std::string, std::string>>& headers = {}) const {
    return testing::Request(server_->port(), "GET", target, {}, headers);
  }

  ServerConfig config_;
  observe::testing::MemoryLogger logger_;
  AccessLog log_;
  std::unique_ptr<Server> server_;  // ends first
};

inline constexpr std::string_view kGet = "GET /get HTTP/1.1\r\nHost: a\r\n\r\n";

/// A POST with a body and its Content-Length.
inline std::string Post(std::string_view body, std::string_view extra_headers = {}) {
  return fmt::format("POST /post HTTP/1.1\r\nHost: a\r\n{}Content-Length: {}\r\n\r\n{}", extra_headers, body.size(), body);
}

/// A POST with a body in the chunked coding as given.
inline std::string PostChunked(std::string_view chunks) {
  return fmt::format("POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{}", chunks);
}

}  // namespace aqua::http
