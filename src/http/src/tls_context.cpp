#include "tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"

namespace aqua::http {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1 << 20;
/// Forward secrecy and authenticated encryption only; the suites of TLS 1.3 are all like that.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// The list of protocols as it is sent: each name behind its length.
constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;
using Chain = std::unique_ptr<STACK_OF(X509), Free>;

std::string PathText(const std::filesystem::path& path) { return base::Printable(path.string()); }

std::string LastReason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "unknown error" : reason;
}

Error Unusable(ErrorCode code, const std::filesystem::path& file, std::string_view what, std::string reason) {
  return MakeError(code, fmt::format("{}: {}", PathText(file), what), std::move(reason));
}

Result<Bytes> ReadPem(const std::filesystem::path& file) {
  Result<Bytes> content = base::ReadFile(file, kMaxFileBytes);
  if (!content) return content.error().WithContext(PathText(file));
  return content;
}

Bio Memory(const Bytes& content) { return Bio(BIO_new_mem_buf(content.data(), static_cast<int>(content.size()))); }

/// A server has nobody to ask for a passphrase.
int NoPassphrase(char* /*room*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

std::string TimeText(const ASN1_TIME* time) {
  const Bio text(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(text.get(), time);
  char* begin = nullptr;
  const long length = BIO_get_mem_data(text.get(), &begin);
  return {begin, static_cast<std::size_t>(length)};
}

Result<std::vector<Certificate>> ReadCertificates(const std::filesystem::path& file) {
  AQUA_TRY_ASSIGN(const Bytes content, ReadPem(file));
  const Bio bio = Memory(content);
  std::vector<Certificate> chain;
  ERR_clear_error();
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) chain.emplace_back(next);
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (chain.empty() || !whole)
    return Unusable(ErrorCode::kInvalidArgument, file, chain.empty() && whole ? "holds no certificate in PEM form" : "holds a certificate that is malformed",
                    "certificate_malformed");
  for (const Certificate& certificate : chain) {
    if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0)
      return Unusable(ErrorCode::kFailedPrecondition, file, fmt::format("the certificate expired on {}", TimeText(X509_get0_notAfter(certificate.get()))),
                      "certificate_expired");
    if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0)
      return Unusable(ErrorCode::kFailedPrecondition, file,
                      fmt::format("the certificate is not valid before {}", TimeText(X509_get0_notBefore(certificate.get()))), "certificate_not_yet_valid");
  }
  return chain;
}

Result<Key> ReadKey(const std::filesystem::path& file) {
  AQUA_TRY_ASSIGN(Bytes content, ReadPem(file));
  const Bio bio = Memory(content);
  ERR_clear_error();
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  const bool encrypted = AsText(content).find("ENCRYPTED") != std::string_view::npos;
  OPENSSL_cleanse(content.data(), content.size());
  if (key != nullptr) return key;
  return Unusable(ErrorCode::kInvalidArgument, file, encrypted ? "the private key has a passphrase; store it without one" : "holds no private key in PEM form",
                  "key_malformed");
}

void WarnOfPermissions(const std::filesystem::path& file, observe::Logger& logger) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0 || (facts.st_mode & (S_IWGRP | S_IRWXO)) == 0) return;
  const std::string mode = fmt::format("{:04o}", facts.st_mode & 07777U);
  logger.Log(observe::LogLevel::kWarning, "the TLS key may be read or changed by other users: give it mode 0600 or 0640",
             {{"file", PathText(file)}, {"mode", std::string_view(mode)}});
}

int ChooseProtocol(SSL* /*session*/, const unsigned char** chosen, unsigned char* size, const unsigned char* offered, unsigned offered_size, void* /*data*/) {
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kProtocols.data(), kProtocols.size(), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Clients that end without saying so are no danger: requests tell their own length.
constexpr std::uint64_t kOptions =
    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF;

void Configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, kOptions);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  // Sessions live in tickets, which clients keep; nothing of them is kept here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
}

Status Install(SSL_CTX* context, const std::vector<Certificate>& certificates, EVP_PKEY* key, const TlsConfig& config) {
  const Chain rest(sk_X509_new_null());
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    X509_up_ref(certificates[i].get());
    sk_X509_push(rest.get(), certificates[i].get());
  }
  ERR_clear_error();
  if (X509_check_private_key(certificates.front().get(), key) != 1)
    return Unusable(ErrorCode::kInvalidArgument, config.key_file,
                    fmt::format("the private key does not belong to the certificate in {}", PathText(config.certificate_file)), "key_mismatch");
  ERR_clear_error();
  if (SSL_CTX_use_cert_and_key(context, certificates.front().get(), key, rest.get(), 1) != 1)
    return Unusable(ErrorCode::kInvalidArgument, config.certificate_file, fmt::format("the certificate cannot be used: {}", LastReason()),
                    "certificate_unusable");
  return {};
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::Load(const TlsConfig& config, observe::Logger& logger) {
  AQUA_TRY_ASSIGN(const std::vector<Certificate> certificates, ReadCertificates(config.certificate_file));
  AQUA_TRY_ASSIGN(const Key key, ReadKey(config.key_file));
  Handle context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return MakeError(ErrorCode::kInternal, fmt::format("TLS cannot be set up: {}", LastReason()), "tls_unavailable");
  Configure(context.get());
  AQUA_TRY(Install(context.get(), certificates, key.get(), config));
  WarnOfPermissions(config.key_file, logger);
  const std::string until = TimeText(X509_get0_notAfter(certificates.front().get()));
  logger.Log(observe::LogLevel::kInfo, "TLS certificate loaded", {{"file", PathText(config.certificate_file)}, {"valid_until", std::string_view(until)}});
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(context)));
}

std::unique_ptr<TlsSession> TlsContext::NewSession(int socket) const {
  SSL* const session = SSL_new(context_.get());
  return session == nullptr ? nullptr : std::make_unique<TlsSession>(session, socket);
}

}  // namespace aqua::http
