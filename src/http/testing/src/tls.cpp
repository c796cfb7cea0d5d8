#include "aqua/http/testing/tls.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

#include "aqua/base/assert.hpp"

namespace aqua::http::testing {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string Drain(BIO* bio) {
  std::string text(static_cast<std::size_t>(BIO_ctrl_pending(bio)), '\0');
  if (!text.empty()) BIO_read(bio, text.data(), static_cast<int>(text.size()));
  return text;
}

template <typename Write>
std::string ToPem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  AQUA_ASSERT(write(bio.get()) == 1);
  return Drain(bio.get());
}

int VersionNumber(int version) {
  constexpr std::array<int, 4> kVersions = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return kVersions.at(static_cast<std::size_t>(version - 10));
}

}  // namespace

CertificatePair MakeCertificate(const std::string& name, std::chrono::seconds valid_from, std::chrono::seconds valid_until) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  AQUA_ASSERT(key != nullptr && certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_until.count());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_set_pubkey(certificate.get(), key.get());
  AQUA_ASSERT(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {ToPem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }),
          ToPem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

std::string EncryptKey(const std::string& key, const std::string& passphrase) {
  const Bio bio(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), &BIO_free);
  const Key parsed(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  AQUA_ASSERT(parsed != nullptr);
  const auto* const phrase = reinterpret_cast<const unsigned char*>(passphrase.data());
  return ToPem(
      [&](BIO* out) { return PEM_write_bio_PrivateKey(out, parsed.get(), EVP_aes_128_cbc(), phrase, static_cast<int>(passphrase.size()), nullptr, nullptr); });
}

TlsEnd::TlsEnd(const TlsOptions& options) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), session_(nullptr, SSL_free) {
  if (options.version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), VersionNumber(options.version));
    SSL_CTX_set_max_proto_version(context_.get(), VersionNumber(options.version));
    // Old versions are not even asked for otherwise.
    SSL_CTX_set_security_level(context_.get(), 0);
  }
  session_.reset(SSL_new(context_.get()));
  AQUA_ASSERT(session_ != nullptr);
  SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(session_.get());
  if (!options.protocol.empty()) {
    const std::string list = static_cast<char>(options.protocol.size()) + options.protocol;
    SSL_set_alpn_protos(session_.get(), reinterpret_cast<const unsigned char*>(list.data()), static_cast<unsigned>(list.size()));
  }
  if (options.session.empty()) return;
  const auto* bytes = reinterpret_cast<const unsigned char*>(options.session.data());
  SSL_SESSION* const earlier = d2i_SSL_SESSION(nullptr, &bytes, static_cast<long>(options.session.size()));
  AQUA_ASSERT(earlier != nullptr && SSL_set_session(session_.get(), earlier) == 1);
  SSL_SESSION_free(earlier);
}

TlsEnd::~TlsEnd() = default;

TlsEnd::State TlsEnd::Explain(int result) {
  if (SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ) return State::kMore;
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  failure_ = reason == nullptr ? "ended" : reason;
  return State::kFailed;
}

TlsEnd::State TlsEnd::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  return result == 1 ? State::kDone : Explain(result);
}

TlsEnd::State TlsEnd::Renegotiate() {
  ERR_clear_error();
  if (SSL_renegotiate(session_.get()) != 1) return State::kFailed;
  return Handshake();
}

std::string TlsEnd::TakeOutput() { return Drain(SSL_get_wbio(session_.get())); }

void TlsEnd::GiveInput(std::string_view bytes) { BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size())); }

bool TlsEnd::Decrypt(std::string& out) {
  std::array<char, 16384> buffer{};
  for (;;) {
    ERR_clear_error();
    const int bytes = SSL_read(session_.get(), buffer.data(), buffer.size());
    if (bytes <= 0) return Explain(bytes) == State::kMore;
    out.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
}

std::string TlsEnd::Encrypt(std::string_view bytes) {
  if (!bytes.empty()) SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
  return TakeOutput();
}

std::string TlsEnd::version() const { return SSL_get_version(session_.get()); }

std::string TlsEnd::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(session_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsEnd::certificate_name() const {
  const X509* const certificate = SSL_get0_peer_certificate(session_.get());
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
  return name.data();
}

bool TlsEnd::resumed() const { return SSL_session_reused(session_.get()) == 1; }

bool TlsEnd::ended() const { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

std::string TlsEnd::session() const {
  SSL_SESSION* const session = SSL_get0_session(session_.get());
  std::string text(static_cast<std::size_t>(i2d_SSL_SESSION(session, nullptr)), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(text.data());
  i2d_SSL_SESSION(session, &bytes);
  return text;
}

}  // namespace aqua::http::testing
