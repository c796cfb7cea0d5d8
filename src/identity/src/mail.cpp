#include "mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "aqua/base/base64.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/uuid.hpp"
#include "naming.hpp"

namespace aqua::identity {
namespace {

constexpr std::size_t kMaxTextBytes = 64 << 10;

Error BadMessage(std::string_view why) { return MakeError(ErrorCode::kInvalidArgument, fmt::format("message: {}", why), "bad_message"); }

/// "Sun, 15 Mar 2026 12:00:00 +0000"; names of days and months must not follow a locale.
std::string MailDate(Time now) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string Wrapped(const std::string& base64) {
  std::string lines;
  for (std::size_t i = 0; i < base64.size(); i += 76) lines += base64.substr(i, 76) + "\r\n";
  return lines;
}

/// A subject line: as it is, or as an encoded word of RFC 2047.
std::string EncodedSubject(const std::string& subject) {
  const bool ascii = std::all_of(subject.begin(), subject.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return ascii ? subject : fmt::format("=?UTF-8?B?{}?=", base::EncodeBase64(AsBytes(subject)));
}

}  // namespace

Result<std::string> MakeMail(const std::string& from, const std::string& to, const std::string& subject, const std::string& text, Time now) {
  if (!CheckEmail(from) || !CheckEmail(to)) return BadMessage("sender or receiver is not an e-mail address");
  if (!CheckLabel(subject, 1, 100, "subject", "bad_message")) return BadMessage("a subject has 1 to 100 characters, without control characters");
  if (text.size() > kMaxTextBytes || base::ValidUtf8(text) != text) return BadMessage("the text is not UTF-8, or too long");
  const std::string domain = from.substr(from.find('@') + 1);
  return fmt::format(
      "Date: {}\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
      MailDate(now), from, to, EncodedSubject(subject), base::NewUuidV7(), domain, Wrapped(base::EncodeBase64(AsBytes(text))));
}

}  // namespace aqua::identity
