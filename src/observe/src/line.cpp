#include "line.hpp"

#include <fmt/format.h>

#include <cmath>

#include "aqua/base/text.hpp"

namespace aqua::observe {
namespace {

void AppendEscaped(std::string& out, unsigned point) {
  if (point == '\n')
    out += "\\n";
  else if (point == '\r')
    out += "\\r";
  else if (point == '\t')
    out += "\\t";
  else
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
}

/// Appends a JSON string that no terminal takes commands from: control characters, those above 0x7F too, are escaped.
void AppendJsonString(std::string& out, std::string_view text) {
  constexpr unsigned kLeadOfHighControls = 0xC2;
  const std::string valid = base::ValidUtf8(text);
  out += '"';
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const auto next = i + 1 < valid.size() ? static_cast<unsigned char>(valid[i + 1]) : 0U;
    if (byte == kLeadOfHighControls && next < 0xA0) {
      AppendEscaped(out, next);
      ++i;
    } else if (byte < 0x20 || byte == 0x7F) {
      AppendEscaped(out, byte);
    } else {
      if (byte == '"' || byte == '\\') out += '\\';
      out += valid[i];
    }
  }
  out += '"';
}

/// Appends a number; JSON has no NaN or infinity, so those are text.
void AppendNumber(std::string& out, double number) {
  if (std::isfinite(number))
    fmt::format_to(std::back_inserter(out), "{}", number);
  else
    fmt::format_to(std::back_inserter(out), "\"{}\"", number);
}

struct JsonValue {
  std::string& out;
  void operator()(std::string_view text) const { AppendJsonString(out, text); }
  void operator()(double number) const { AppendNumber(out, number); }
  void operator()(auto plain) const { fmt::format_to(std::back_inserter(out), "{}", plain); }
};

struct TextValue {
  std::string& out;
  void operator()(std::string_view text) const {
    if (!text.empty() && text.find_first_of(" =\"") == std::string_view::npos)
      out += base::Printable(text);
    else
      AppendJsonString(out, base::Printable(text));
  }
  void operator()(auto plain) const { fmt::format_to(std::back_inserter(out), "{}", plain); }
};

std::string FormatTime(LogTime time) {
  using std::chrono::floor;
  const auto micros = floor<std::chrono::microseconds>(time);
  const auto day = floor<std::chrono::days>(micros);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(micros - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

bool IsOurs(std::string_view name) { return name == "time" || name == "level" || name == "message"; }

}  // namespace

std::string JsonLine(LogTime time, LogLevel level, std::string_view message, std::span<const LogField> fields) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":)", FormatTime(time), Name(level));
  AppendJsonString(line, message);
  for (const LogField& field : fields) {
    line += ',';
    AppendJsonString(line, IsOurs(field.name) ? "field." + std::string(field.name) : field.name);
    line += ':';
    std::visit(JsonValue{line}, field.value);
  }
  line += '}';
  return line;
}

std::string TextLine(LogTime time, LogLevel level, std::string_view message, std::span<const LogField> fields) {
  std::string line = fmt::format("{} {:<7} {}", FormatTime(time), Name(level), base::Printable(message));
  for (const LogField& field : fields) {
    line += ' ';
    line += base::Printable(field.name);
    line += '=';
    std::visit(TextValue{line}, field.value);
  }
  return line;
}

}  // namespace aqua::observe
