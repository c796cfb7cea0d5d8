#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace aqua::http::testing {

/// A certificate that signs itself, with its key, both in PEM form.
struct CertificatePair {
  std::string certificate;
  std::string key;
};

/// Makes a certificate with a key of its own on P-256. valid_from, valid_until: from now on, may be negative.
CertificatePair MakeCertificate(const std::string& name = "localhost", std::chrono::seconds valid_from = std::chrono::hours(-1),
                                std::chrono::seconds valid_until = std::chrono::hours(1));

/// Puts a key under a passphrase.
std::string EncryptKey(const std::string& key, const std::string& passphrase);

struct TlsOptions {
  int version = 0;            ///< 10, 11, 12 or 13 for TLS 1.0 to 1.3; 0: the best both know
  std::string protocol;       ///< offered by ALPN; empty: none is
  std::string session;        ///< of an earlier connection, to be taken up again
  bool byte_by_byte = false;  ///< sends the handshake so
};

/// The client's end of TLS, apart from any socket: bytes go in and come out. Believes any certificate. Not thread-safe.
class TlsEnd {
 public:
  explicit TlsEnd(const TlsOptions& options);
  ~TlsEnd();
  TlsEnd(const TlsEnd&) = delete;
  TlsEnd& operator=(const TlsEnd&) = delete;

  enum class State { kMore, kDone, kFailed };
  /// Goes on with the handshake; what is to be sent is in TakeOutput().
  State Handshake();
  /// Asks the server for another handshake, as TLS 1.2 could.
  State Renegotiate();
  std::string TakeOutput();
  void GiveInput(std::string_view bytes);
  /// Appends what can be decrypted by now. Returns whether more may come.
  bool Decrypt(std::string& out);
  std::string Encrypt(std::string_view bytes);

  [[nodiscard]] std::string version() const;   ///< "TLSv1.3"
  [[nodiscard]] std::string protocol() const;  ///< that ALPN chose, or nothing
  [[nodiscard]] std::string certificate_name() const;
  [[nodiscard]] bool resumed() const;
  [[nodiscard]] bool ended() const;  ///< the server said that nothing more comes
  [[nodiscard]] std::string session() const;
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  State Explain(int result);

  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> session_;
  std::string failure_;
};

}  // namespace aqua::http::testing
