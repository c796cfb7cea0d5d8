#include "tls_context.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/http/testing/tls.hpp"
#include "aqua/observe/testing/memory_logger.hpp"

namespace aqua::http {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using ::testing::HasSubstr;

class TlsContextTest : public ::testing::Test {
 protected:
  TlsContextTest() { Write(pair_.certificate, pair_.key); }

  void Write(std::string_view certificate, std::string_view key) {
    config_ = {folder_.Write("chain.pem", certificate), folder_.Write("key.pem", key)};
    fs::permissions(config_.key_file, fs::perms::owner_read | fs::perms::owner_write);
  }

  /// The reason why the files are refused, or "loaded"; message_ says more.
  std::string Load() {
    const auto context = TlsContext::Load(config_, logger_);
    message_ = context ? "" : context.error().message;
    return context ? "loaded" : context.error().reason;
  }

  base::testing::TemporaryFolder folder_;
  testing::CertificatePair pair_ = testing::MakeCertificate("fish.example");
  TlsConfig config_;
  observe::testing::MemoryLogger logger_;
  std::string message_;
};

TEST_F(TlsContextTest, LoadsAPairWithoutComplaint) {
  EXPECT_EQ(Load(), "loaded") << message_;
  EXPECT_EQ(logger_.Count(observe::LogLevel::kInfo, "TLS certificate loaded"), 1U);
  EXPECT_EQ(logger_.Count(observe::LogLevel::kWarning, ""), 0U);
}

TEST_F(TlsContextTest, TakesAChain) {
  Write(pair_.certificate + "\n" + testing::MakeCertificate("issuer.example").certificate, pair_.key);
  EXPECT_EQ(Load(), "loaded") << message_;
}

TEST_F(TlsContextTest, TakesBothFromOneFile) {
  Write(pair_.key + pair_.certificate, "unused");
  config_.key_file = config_.certificate_file;
  EXPECT_EQ(Load(), "loaded") << message_;
}

TEST_F(TlsContextTest, RefusesAKeyOfAnotherCertificate) {
  Write(pair_.certificate, testing::MakeCertificate().key);
  EXPECT_EQ(Load(), "key_mismatch");
  EXPECT_THAT(message_, HasSubstr("key.pem: the private key does not belong to the certificate in"));
  Write(testing::MakeCertificate().certificate + pair_.certificate, pair_.key);
  EXPECT_EQ(Load(), "key_mismatch") << "the server's own certificate comes first";
}

TEST_F(TlsContextTest, RefusesCertificatesOutOfTheirTime) {
  const auto expired = testing::MakeCertificate("old", hours(-48), hours(-24));
  Write(expired.certificate, expired.key);
  EXPECT_EQ(Load(), "certificate_expired");
  EXPECT_THAT(message_, ::testing::ContainsRegex("chain.pem: the certificate expired on [A-Z][a-z]{2} "));
  const auto early = testing::MakeCertificate("new", hours(24), hours(48));
  Write(early.certificate, early.key);
  EXPECT_EQ(Load(), "certificate_not_yet_valid");
  Write(pair_.certificate + expired.certificate, pair_.key);
  EXPECT_EQ(Load(), "certificate_expired") << "one of the chain";
}

TEST_F(TlsContextTest, RefusesFilesThatAreNotThere) {
  const TlsConfig whole = config_;
  config_.certificate_file = folder_.path() / "nothing.pem";
  EXPECT_EQ(Load(), "not_found");
  EXPECT_THAT(message_, HasSubstr("nothing.pem"));
  config_ = whole;
  config_.key_file = folder_.path();
  EXPECT_EQ(Load(), "not_a_file");
  config_ = whole;
  config_.key_file = folder_.Write("empty.pem", "");
  EXPECT_EQ(Load(), "empty");
}

TEST_F(TlsContextTest, RefusesFilesItMayNotRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read all files";
  fs::permissions(config_.key_file, fs::perms::none);
  EXPECT_EQ(Load(), "unreadable");
}

TEST_F(TlsContextTest, RefusesWhatIsNoCertificate) {
  for (const std::string& text :
       {std::string("hello"), pair_.key, pair_.certificate.substr(0, 200), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + pair_.certificate,
        pair_.certificate + "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"}) {
    Write(text, pair_.key);
    EXPECT_EQ(Load(), "certificate_malformed") << text;
  }
}

TEST_F(TlsContextTest, RefusesWhatIsNoKey) {
  for (const std::string& text : {std::string("hello"), pair_.certificate, pair_.key.substr(0, 100)}) {
    Write(pair_.certificate, text);
    EXPECT_EQ(Load(), "key_malformed") << text;
  }
  Write(pair_.certificate, testing::EncryptKey(pair_.key, "secret"));
  EXPECT_EQ(Load(), "key_malformed");
  EXPECT_THAT(message_, HasSubstr("has a passphrase"));
}

TEST_F(TlsContextTest, WarnsOfAKeyThatOthersMayRead) {
  for (const auto mode : {fs::perms(0644), fs::perms(0660), fs::perms(0604)}) {
    fs::permissions(config_.key_file, mode);
    EXPECT_EQ(Load(), "loaded");
  }
  ASSERT_EQ(logger_.Count(observe::LogLevel::kWarning, "may be read or changed by other users"), 3U);
  EXPECT_EQ(logger_.lines().front().fields.at("mode"), "0644");
  fs::permissions(config_.key_file, fs::perms(0640));
  EXPECT_EQ(Load(), "loaded");
  EXPECT_EQ(logger_.Count(observe::LogLevel::kWarning, ""), 3U) << "a group that reads keys is common";
}

}  // namespace
}  // namespace aqua::http
