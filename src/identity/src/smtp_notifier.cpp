#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "aqua/identity/notifier.hpp"
#include "mail.hpp"
#include "naming.hpp"

namespace aqua::identity {
namespace {

constexpr std::string_view kPlain = "smtp://";
constexpr std::string_view kTls = "smtps://";

Error BadConfig(std::string_view why) { return MakeError(ErrorCode::kInvalidArgument, fmt::format("mail server: {}", why), "smtp_config"); }

std::size_t ReadMail(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& rest = *static_cast<std::string_view*>(user);
  const std::size_t bytes = std::min(rest.size(), size * count);
  std::memcpy(buffer, rest.data(), bytes);
  rest.remove_prefix(bytes);
  return bytes;
}

std::size_t Discard(char* /*data*/, std::size_t size, std::size_t count, void* /*user*/) { return size * count; }

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;

void Configure(CURL* handle, const SmtpConfig& config) {
  curl_easy_setopt(handle, CURLOPT_URL, config.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(config.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(config.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(config.require_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!config.authority_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, config.authority_file.c_str());
  if (!config.user.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, config.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, config.password.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Discard);
}

}  // namespace

Result<std::unique_ptr<SmtpNotifier>> SmtpNotifier::Make(SmtpConfig config, const base::Clock& clock) {
  const bool tls = config.url.starts_with(kTls);
  if (!tls && !config.url.starts_with(kPlain)) return BadConfig("the URL begins with smtp:// or smtps://");
  const std::string_view host = std::string_view(config.url).substr(tls ? kTls.size() : kPlain.size());
  if (host.empty() || std::any_of(host.begin(), host.end(), [](char c) { return c <= 0x20 || c >= 0x7F || c == '/' || c == '@'; }))
    return BadConfig("the URL holds a host and a port, nothing else");
  if (!CheckEmail(config.from)) return BadConfig("the sender is not an e-mail address");
  if (!config.user.empty() && !tls && !config.require_tls) return BadConfig("a password would go out in the clear; use smtps:// or STARTTLS");
  return std::unique_ptr<SmtpNotifier>(new SmtpNotifier(std::move(config), clock));
}

Status SmtpNotifier::Send(const std::string& to, const std::string& subject, const std::string& text) {
  AQUA_TRY_ASSIGN(const std::string mail, MakeMail(config_.from, to, subject, text, clock_.Now()));
  const Handle handle(curl_easy_init(), &curl_easy_cleanup);
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> receivers(curl_slist_append(nullptr, fmt::format("<{}>", to).c_str()), &curl_slist_free_all);
  if (!handle || !receivers) return MakeError(ErrorCode::kUnavailable, "mail server: out of memory", "notifier_unavailable");
  Configure(handle.get(), config_);
  std::string_view rest = mail;
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_FROM, fmt::format("<{}>", config_.from).c_str());
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, receivers.get());
  curl_easy_setopt(handle.get(), CURLOPT_READFUNCTION, &ReadMail);
  curl_easy_setopt(handle.get(), CURLOPT_READDATA, &rest);
  curl_easy_setopt(handle.get(), CURLOPT_UPLOAD, 1L);
  const CURLcode code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return {};
  return MakeError(ErrorCode::kUnavailable, fmt::format("mail server: {}", curl_easy_strerror(code)), "notifier_unavailable");
}

}  // namespace aqua::identity
