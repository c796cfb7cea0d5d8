// Where handlers run, and what happens when they fail, are late, or lose their client.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "server_fixture.hpp"

namespace aqua::http {
namespace {

class ServerExecutionTest : public ServerTest {
 protected:
  /// A route whose handler tells that it began, then waits for the gate.
  void AddGated(std::string path, Execution execution) {
    AddRoute(
        Method::kGet, std::move(path),
        [this](const std::shared_ptr<Exchange>& exchange) {
          {
            const std::lock_guard lock(mutex_);
            ++begun_;
          }
          changed_.notify_all();
          gate_.Wait();
          Echo(exchange);
        },
        execution);
  }

  void WaitForBegun(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return begun_ >= count; }));
  }

  void TearDown() override { server_.reset(); }

  Gate gate_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
};

std::string GetText(std::string_view path) { return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", path); }

TEST_F(ServerExecutionTest, RunsHandlersWhereTheRouteSays) {
  std::mutex mutex;
  std::map<std::string, std::thread::id> threads;
  const auto note = [&](const std::shared_ptr<Exchange>& exchange) {
    {
      const std::lock_guard lock(mutex);
      threads[exchange->request().path] = std::this_thread::get_id();
    }
    Echo(exchange);
  };
  AddRoute(Method::kGet, "/inline", note);
  AddRoute(Method::kGet, "/compute", note, Execution::kCompute);
  AddRoute(Method::kGet, "/blocking", note, Execution::kBlocking);
  std::thread::id io_thread;
  config_.guard = [&io_thread](Request&) {
    io_thread = std::this_thread::get_id();
    return Verdict::Continue();
  };
  Start();
  for (const std::string_view path : {"/inline", "/compute", "/blocking"}) EXPECT_EQ(Get(path).status, 200);
  server_.reset();
  EXPECT_EQ(threads["/inline"], io_thread);
  EXPECT_NE(threads["/compute"], io_thread);
  EXPECT_NE(threads["/blocking"], io_thread);
  EXPECT_NE(threads["/blocking"], threads["/compute"]);
}

TEST_F(ServerExecutionTest, AnswersInlineWhileComputeIsFull) {
  config_.limits.max_queued = 2;
  AddGated("/gated", Execution::kCompute);
  Start();
  std::vector<testing::RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(Connect());
    clients.back().Send(GetText("/gated"));
    if (i == 0) WaitForBegun(1);
  }
  testing::RawClient refused = Connect();
  // Both waiting requests were sent before; the server may still be reading them.
  while (server_->load().queued < 2) std::this_thread::yield();
  refused.Send(GetText("/gated"));
  const testing::RawResponse response = refused.Receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("Retry-After"), "1");
  EXPECT_EQ(response.Header("Connection"), "") << "the connection goes on";
  EXPECT_EQ(Get("/get").status, 200);
  // A request is in flight until its answer is written, which its client sees first.
  while (server_->load().requests_in_flight > 3) std::this_thread::yield();
  gate_.Open();
  for (testing::RawClient& client : clients) EXPECT_EQ(client.Receive().body, "/gated|");
  refused.Send(GetText("/gated"));
  EXPECT_EQ(refused.Receive().status, 200);
}

TEST_F(ServerExecutionTest, TurnsExceptionsIntoAnErrorAndALogLine) {
  for (const Execution execution : {Execution::kInline, Execution::kCompute, Execution::kBlocking})
    AddRoute(
        Method::kGet, fmt::format("/throw/{}", static_cast<int>(execution)),
        [](const std::shared_ptr<Exchange>&) { throw std::runtime_error("secret of the house"); }, execution);
  AddRoute(Method::kGet, "/throw/odd", [](const std::shared_ptr<Exchange>&) { throw 42; });
  Start();
  testing::RawClient client = Connect();
  for (const std::string_view path : {"/throw/0", "/throw/1", "/throw/2", "/throw/odd"}) {
    client.Send(GetText(path));
    const testing::RawResponse response = client.Receive();
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_EQ(response.body, "internal: the server failed to answer") << path;
  }
  ASSERT_EQ(logger_.Count(observe::LogLevel::kError, "handler failed"), 4U);
  EXPECT_EQ(logger_.lines().at(0).fields.at("error"), "secret of the house");
  EXPECT_EQ(logger_.lines().at(0).fields.at("route"), "/throw/0");
}

TEST_F(ServerExecutionTest, KeepsAnAnswerGivenBeforeAnException) {
  AddRoute(Method::kGet, "/late", [](const std::shared_ptr<Exchange>& exchange) {
    Echo(exchange);
    throw std::runtime_error("too late");
  });
  Start();
  EXPECT_EQ(Get("/late").body, "/late|");
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "handler failed"), 1U);
}

TEST_F(ServerExecutionTest, AnswersForADroppedExchange) {
  for (const Execution execution : {Execution::kInline, Execution::kCompute})
    AddRoute(
        Method::kGet, fmt::format("/drop/{}", static_cast<int>(execution)), [](const std::shared_ptr<Exchange>&) {}, execution);
  Start();
  EXPECT_EQ(Get("/drop/0").body, "no_answer: the request was not answered");
  EXPECT_EQ(Get("/drop/1").status, 500);
}

TEST_F(ServerExecutionTest, TakesTheFirstAnswerOnly) {
  AddRoute(Method::kGet, "/twice", [](const std::shared_ptr<Exchange>& exchange) {
    exchange->Respond(Text("first"));
    exchange->Respond(Text("second"));
  });
  Start();
  testing::RawClient client = Connect();
  client.Send(GetText("/twice") + std::string(kGet));
  EXPECT_EQ(client.Receive().body, "first");
  EXPECT_EQ(client.Receive().body, "/get|");
}

TEST_F(ServerExecutionTest, TakesAnswersFromAnyThread) {
  std::vector<std::jthread> threads;
  AddRoute(Method::kGet, "/elsewhere", [&threads](const std::shared_ptr<Exchange>& exchange) { threads.emplace_back([exchange] { Echo(exchange); }); });
  Start();
  testing::RawClient client = Connect();
  for (int i = 0; i < 100; ++i) {
    client.Send(GetText("/elsewhere"));
    EXPECT_EQ(client.Receive().body, "/elsewhere|");
  }
  server_.reset();
}

TEST_F(ServerExecutionTest, TakesAnAnswerFromTheHandlerOfAnotherRequest) {
  std::shared_ptr<Exchange> parked;
  AddRoute(Method::kGet, "/park", [&parked](const std::shared_ptr<Exchange>& exchange) { parked = exchange; });
  AddRoute(Method::kGet, "/release", [&parked](const std::shared_ptr<Exchange>& exchange) {
    Echo(std::exchange(parked, nullptr));
    Echo(exchange);
  });
  Start();
  testing::RawClient first = Connect();
  first.Send(GetText("/park"));
  while (server_->load().requests_in_flight < 1) std::this_thread::yield();
  testing::RawClient second = Connect();
  second.Send(GetText("/get"));
  EXPECT_EQ(second.Receive().status, 200);
  second.Send(GetText("/release"));
  EXPECT_EQ(second.Receive().body, "/release|");
  EXPECT_EQ(first.Receive().body, "/park|");
}

TEST_F(ServerExecutionTest, TellsTheHandlerThatItsClientIsGone) {
  std::promise<bool> seen;
  AddRoute(
      Method::kGet, "/work",
      [this, &seen](const std::shared_ptr<Exchange>& exchange) {
        {
          const std::lock_guard lock(mutex_);
          ++begun_;
        }
        changed_.notify_all();
        const auto limit = std::chrono::steady_clock::now() + kPatience;
        while (!exchange->cancelled() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
        seen.set_value(exchange->cancelled());
        Echo(exchange);
      },
      Execution::kCompute);
  Start();
  testing::RawClient client = Connect();
  client.Send(GetText("/work"));
  WaitForBegun(1);
  client.Close();
  EXPECT_TRUE(seen.get_future().get());
  const auto entry = log_.WaitFor(1).at(0);
  EXPECT_EQ(entry.status, 499);
  EXPECT_EQ(entry.response_bytes, 0U);
}

TEST_F(ServerExecutionTest, SkipsQueuedWorkWhoseClientIsGone) {
  AddGated("/gated", Execution::kCompute);
  std::atomic<bool> ran = false;
  AddRoute(
      Method::kGet, "/queued", [&ran](const std::shared_ptr<Exchange>&) { ran = true; }, Execution::kCompute);
  Start();
  testing::RawClient busy = Connect();
  busy.Send(GetText("/gated"));
  WaitForBegun(1);
  testing::RawClient client = Connect();
  client.Send(GetText("/queued"));
  while (server_->load().queued < 1) std::this_thread::yield();
  client.Reset();
  // The reset reaches the server before this request, which shares its I/O thread, is answered.
  EXPECT_EQ(Get("/get").status, 200);
  EXPECT_EQ(Get("/get").status, 200);
  gate_.Open();
  EXPECT_EQ(busy.Receive().status, 200);
  log_.WaitFor(4);
  EXPECT_FALSE(ran);
}

TEST_F(ServerExecutionTest, ServesOnSeveralIoThreads) {
  config_.io_threads = 3;
  config_.compute_threads = 2;
  AddRoute(Method::kGet, "/compute", Echo, Execution::kCompute);
  Start();
  std::vector<std::jthread> threads;
  std::atomic<int> answered = 0;
  for (int thread = 0; thread < 6; ++thread)
    threads.emplace_back([&] {
      testing::RawClient client = Connect();
      for (int i = 0; i < 50; ++i) {
        client.Send(GetText("/compute") + std::string(kGet));
        answered += client.Receive().status == 200 ? 1 : 0;
        answered += client.Receive().status == 200 ? 1 : 0;
      }
    });
  threads.clear();
  EXPECT_EQ(answered, 600);
}

}  // namespace
}  // namespace aqua::http
