#include "json_text.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "aqua/base/text.hpp"

namespace aqua::roles {

std::string JsonText(std::string_view text) { return boost::json::serialize(boost::json::string(base::ValidUtf8(text))); }

std::string JsonNumber(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string JsonTextOrNull(std::string_view text) { return text.empty() ? "null" : JsonText(text); }

}  // namespace aqua::roles
