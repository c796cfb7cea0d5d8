#include "aqua/identity/notifier.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "aqua/base/base64.hpp"
#include "aqua/base/testing/manual_clock.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/time.hpp"

namespace aqua::identity {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// Speaks as much SMTP as a client needs, to one client after another, without TLS.
class MailServer {
 public:
  enum class Mood { kWilling, kRefusing, kSilent };

  explicit MailServer(Mood mood = Mood::kWilling) : mood_(mood), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, generic, size), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~MailServer() {
    ::shutdown(listener_, SHUT_RDWR);
    {
      const std::lock_guard lock(mutex_);
      if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
  }
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  [[nodiscard]] std::string mail() const {
    const std::lock_guard lock(mutex_);
    return mail_;
  }

 private:
  void Serve() {
    for (int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); client >= 0; client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) {
      {
        const std::lock_guard lock(mutex_);
        client_ = client;
      }
      Talk(client);
      const std::lock_guard lock(mutex_);
      client_ = -1;
      ::close(client);
    }
  }

  void Talk(int client) {
    if (mood_ != Mood::kSilent) Say(client, "220 test\r\n");
    std::string buffer;
    bool in_mail = false;
    for (std::string line; ReadLine(client, buffer, line);) {
      if (mood_ == Mood::kSilent) continue;
      const std::lock_guard lock(mutex_);
      if (in_mail) {
        in_mail = line != ".";
        if (in_mail)
          mail_ += line + "\n";
        else
          Say(client, "250 taken\r\n");
        continue;
      }
      commands_.push_back(line);
      Answer(client, line, in_mail);
    }
  }

  void Answer(int client, const std::string& line, bool& in_mail) const {
    if (line.starts_with("EHLO")) return Say(client, "250-test\r\n250 8BITMIME\r\n");
    if (line.starts_with("RCPT") && mood_ == Mood::kRefusing) return Say(client, "550 nobody of that name\r\n");
    if (line == "DATA") {
      in_mail = true;
      return Say(client, "354 go on\r\n");
    }
    Say(client, line.starts_with("STARTTLS") ? "502 not here\r\n" : line == "QUIT" ? "221 bye\r\n" : "250 fine\r\n");
  }

  static void Say(int client, const std::string& text) { static_cast<void>(::send(client, text.data(), text.size(), MSG_NOSIGNAL)); }

  static bool ReadLine(int client, std::string& buffer, std::string& line) {
    while (buffer.find("\r\n") == std::string::npos) {
      char chunk[1024];
      const ssize_t got = ::recv(client, chunk, sizeof(chunk), 0);
      if (got <= 0) return false;
      buffer.append(chunk, static_cast<std::size_t>(got));
    }
    const auto end = buffer.find("\r\n");
    line = buffer.substr(0, end);
    buffer.erase(0, end + 2);
    return true;
  }

  const Mood mood_;
  const int listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;  // guards all below
  int client_ = -1;
  std::vector<std::string> commands_;
  std::string mail_;
  std::thread thread_;
};

class NotifierTest : public ::testing::Test {
 protected:
  std::unique_ptr<SmtpNotifier> Make(const SmtpConfig& config) {
    auto notifier = SmtpNotifier::Make(config, clock_);
    EXPECT_TRUE(notifier) << notifier.error().message;
    return notifier ? *std::move(notifier) : nullptr;
  }

  base::testing::TemporaryFolder folder_;
  base::testing::ManualClock clock_{base::ParseTime("2026-03-15T12:00:00Z").value()};
};

std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(NotifierTest, WritesAFileThatOnlyTheOwnerReads) {
  FileNotifier notifier(folder_.path() / "mail", "farm@farm.example", clock_);
  ASSERT_TRUE(notifier.Send("ann@farm.example", "Neues Paßwort", "Grüße\n"));
  ASSERT_TRUE(notifier.Send("ann@farm.example", "Second", "x"));
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(folder_.path() / "mail"), {});
  ASSERT_EQ(files.size(), 2U);
  std::sort(files.begin(), files.end());
  struct stat status {};
  ASSERT_EQ(::stat(files.front().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::string mail = ReadAll(files.front());
  EXPECT_THAT(mail, StartsWith("Date: Sun, 15 Mar 2026 12:00:00 +0000\r\nFrom: <farm@farm.example>\r\nTo: <ann@farm.example>\r\n"));
  EXPECT_THAT(mail, HasSubstr("Subject: =?UTF-8?B?" + base::EncodeBase64(AsBytes("Neues Paßwort")) + "?=\r\n"));
  EXPECT_THAT(mail, HasSubstr("\r\n\r\n" + base::EncodeBase64(AsBytes("Grüße\n"))));
}

TEST_F(NotifierTest, TellsWhenTheFolderCannotBeMade) {
  folder_.Write("mail", "a file");
  FileNotifier notifier(folder_.path() / "mail", "farm@farm.example", clock_);
  EXPECT_EQ(notifier.Send("ann@farm.example", "x", "x").error().reason, "notifier_unavailable");
}

TEST_F(NotifierTest, RefusesHeadersWithinHeaders) {
  const MailServer server;
  const auto smtp = Make({.url = server.url(), .from = "farm@farm.example", .require_tls = false});
  FileNotifier file(folder_.path() / "mail", "farm@farm.example", clock_);
  for (Notifier* notifier : {static_cast<Notifier*>(smtp.get()), static_cast<Notifier*>(&file)}) {
    EXPECT_EQ(notifier->Send("ann@farm.example\r\nBcc: all@farm.example", "x", "x").error().reason, "bad_message");
    EXPECT_EQ(notifier->Send("ann@farm.example>\r\nDATA", "x", "x").error().reason, "bad_message");
    EXPECT_EQ(notifier->Send("ann@farm.example", "x\r\nBcc: all@farm.example", "x").error().reason, "bad_message");
    EXPECT_EQ(notifier->Send("ann@farm.example", "x", "\xff").error().reason, "bad_message");
    EXPECT_EQ(notifier->Send("ann@farm.example", "x", std::string(100'000, 'x')).error().reason, "bad_message");
  }
  EXPECT_THAT(server.commands(), IsEmpty());
}

TEST_F(NotifierTest, HandsAMessageToAServer) {
  const MailServer server;
  const auto notifier = Make({.url = server.url(), .from = "farm@farm.example", .require_tls = false});
  const std::string text = "one\n.\ntwo\r\n.\r\nQUIT\r\n";
  const Status sent = notifier->Send("ann@farm.example", "Choose a new password", text);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_THAT(server.commands(), Contains(StartsWith("MAIL FROM:<farm@farm.example>")));
  EXPECT_THAT(server.commands(), Contains(StartsWith("RCPT TO:<ann@farm.example>")));
  EXPECT_THAT(server.mail(), HasSubstr("Subject: Choose a new password\n"));
  EXPECT_THAT(server.mail(), HasSubstr("\n\n" + base::EncodeBase64(AsBytes(text))));
}

TEST_F(NotifierTest, SendsNothingInTheClearWhereTlsIsRequired) {
  const MailServer server;
  const auto notifier = Make({.url = server.url(), .from = "farm@farm.example"});
  EXPECT_EQ(notifier->Send("ann@farm.example", "x", "x").error().reason, "notifier_unavailable");
  EXPECT_THAT(server.commands(), Not(Contains(StartsWith("MAIL"))));
}

TEST_F(NotifierTest, TellsWhenTheServerRefusesIsSilentOrAway) {
  const MailServer refusing(MailServer::Mood::kRefusing);
  EXPECT_EQ(Make({.url = refusing.url(), .from = "farm@farm.example", .require_tls = false})->Send("ann@farm.example", "x", "x").error().reason,
            "notifier_unavailable");
  const MailServer silent(MailServer::Mood::kSilent);
  SmtpConfig config{.url = silent.url(), .from = "farm@farm.example", .require_tls = false};
  config.timeout = std::chrono::milliseconds(200);
  EXPECT_EQ(Make(config)->Send("ann@farm.example", "x", "x").error().code, ErrorCode::kUnavailable);
  std::string gone;
  {
    const MailServer server;
    gone = server.url();
  }
  EXPECT_EQ(Make({.url = gone, .from = "farm@farm.example", .require_tls = false})->Send("ann@farm.example", "x", "x").error().code, ErrorCode::kUnavailable);
}

TEST_F(NotifierTest, RefusesAConfigurationThatCannotBeMeant) {
  for (const SmtpConfig& config :
       {SmtpConfig{.url = "http://x", .from = "a@b.co"}, SmtpConfig{.url = "smtp://", .from = "a@b.co"},
        SmtpConfig{.url = "smtp://user:word@x", .from = "a@b.co"}, SmtpConfig{.url = "smtp://x/path", .from = "a@b.co"},
        SmtpConfig{.url = "smtp://x", .from = "nonsense"}, SmtpConfig{.url = "smtp://x", .from = "a@b.co", .user = "u", .password = "p", .require_tls = false}})
    EXPECT_EQ(SmtpNotifier::Make(config, clock_).error().reason, "smtp_config") << config.url;
}

}  // namespace
}  // namespace aqua::identity
