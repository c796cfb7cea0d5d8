#include "aqua/config/settings.hpp"

#include "aqua/base/assert.hpp"
#include "aqua/config/setting.hpp"

namespace aqua::config {
namespace {

SettingType TypeOf(std::string_view key) {
  const Setting* row = FindSetting(key);
  AQUA_ASSERT(row != nullptr);
  return row->type;
}

}  // namespace

Settings::Settings(std::map<std::string, SettingEntry, std::less<>> entries) : entries_(std::move(entries)) {
  for (const Setting& row : Table()) AQUA_ASSERT(row.state == SettingState::kReserved || entries_.contains(row.key));
}

template <typename T>
const T& Settings::Value(std::string_view key) const {
  const auto entry = entries_.find(key);
  AQUA_ASSERT(entry != entries_.end());
  const T* value = std::get_if<T>(&entry->second.value);
  AQUA_ASSERT(value != nullptr);
  return *value;
}

const std::string& Settings::Text(std::string_view key) const {
  AQUA_ASSERT(TypeOf(key) != SettingType::kPath);
  return Value<std::string>(key);
}

bool Settings::Boolean(std::string_view key) const { return Value<bool>(key); }

std::int64_t Settings::Integer(std::string_view key) const { return Value<std::int64_t>(key); }

double Settings::Real(std::string_view key) const { return Value<double>(key); }

std::filesystem::path Settings::Path(std::string_view key) const {
  AQUA_ASSERT(TypeOf(key) == SettingType::kPath);
  return Value<std::string>(key);
}

std::uint64_t Settings::Bytes(std::string_view key) const { return Value<std::uint64_t>(key); }

std::chrono::milliseconds Settings::Duration(std::string_view key) const { return Value<std::chrono::milliseconds>(key); }

SettingSource Settings::source(std::string_view key) const {
  const auto entry = entries_.find(key);
  AQUA_ASSERT(entry != entries_.end());
  return entry->second.source;
}

}  // namespace aqua::config
