#pragma once

#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/config/setting.hpp"
#include "aqua/config/settings.hpp"

namespace aqua::config {

/// Parses and checks a value of a row. Sizes take B, KB, MB, GB (decimal), KiB, MiB, GiB or no unit; durations ms, s,
/// min, h. Errors: kInvalidArgument; the message says what is allowed, as in "must be true or false".
Result<SettingValue> ParseValue(const Setting& setting, std::string_view text);

/// Says which values a row takes: "a whole number from 1 to 64".
std::string Allowed(const Setting& setting);

/// Adds the unit that a name implies, when the value is a bare number.
std::string WithUnit(std::string_view text, std::string_view unit);

}  // namespace aqua::config
