// Feeds bytes to the JSON parser, and what passes to a described struct. What was written must read back and be written the same.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/base/assert.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/contract/description.hpp"
#include "aqua/contract/json.hpp"

namespace {

namespace contract = aqua::contract;

enum class Health { kGood, kPoor };

struct Fish {
  std::string species;
  std::optional<double> length_mm;
  std::optional<Health> health;
  static const contract::Object<Fish>& Description();
};

struct Tank {
  std::string id;
  std::int64_t litres = 0;
  int count = 7;
  bool active = false;
  std::optional<std::string> since;
  std::vector<Fish> fish;
  std::map<std::string, std::vector<double>> readings;
  contract::Json extra;
  std::vector<std::string> tags;
  static const contract::Object<Tank>& Description();
};

}  // namespace

template <>
struct aqua::contract::EnumNames<Health> {
  static constexpr std::array<std::pair<Health, std::string_view>, 2> kValues = {{{Health::kGood, "good"}, {Health::kPoor, "poor"}}};
};

namespace {

const contract::Object<Fish>& Fish::Description() {
  static const auto kObject = contract::Object<Fish>("Fish", "")
                                  .Field("species", &Fish::species, {.max_length = 8})
                                  .Field("length_mm", &Fish::length_mm, {.minimum = 0})
                                  .Field("health", &Fish::health);
  return kObject;
}

const contract::Object<Tank>& Tank::Description() {
  static const auto kObject = contract::Object<Tank>("Tank", "")
                                  .Field("id", &Tank::id, {.pattern = &contract::kModelVersion})
                                  .Field("litres", &Tank::litres)
                                  .Field("count", &Tank::count, {.has_default = true})
                                  .Field("active", &Tank::active)
                                  .Field("since", &Tank::since, {.pattern = &contract::kDateTime})
                                  .Field("fish", &Tank::fish)
                                  .Field("readings", &Tank::readings, {.max_items = 3})
                                  .Field("extra", &Tank::extra)
                                  .Field("tags", &Tank::tags, {.unique = true, .has_default = true});
  return kObject;
}

std::string Written(const contract::Json& json) {
  std::string text;
  contract::WriteJson(json, text);
  return text;
}

void CheckStruct(const contract::Json& json) {
  std::vector<contract::Fault> faults;
  const std::optional<Tank> tank = contract::Parse<Tank>(json, faults);
  AQUA_ASSERT(tank.has_value() == faults.empty());
  AQUA_ASSERT(faults.size() <= 101);
  // The answer that tells of the faults is JSON, whatever stood in the input.
  for (const contract::Fault& fault : faults) {
    std::string text;
    contract::WriteJsonString(fault.pointer + fault.message, text);
    AQUA_ASSERT(!fault.type.empty() && contract::ParseJson(text).has_value());
  }
  if (!tank) return;
  const std::string text = contract::ToJson(*tank);
  const aqua::Result<contract::Json> again = contract::ParseJson(text);
  AQUA_ASSERT(again.has_value());
  const std::optional<Tank> copy = contract::Parse<Tank>(*again, faults);
  AQUA_ASSERT(copy.has_value() && contract::ToJson(*copy) == text);
}

/// The text as the value of every parameter.
void CheckParameters(const std::string& text) {
  std::vector<contract::Fault> faults;
  const auto fish = contract::ParseParameters<Fish>({{"species", text}, {"length_mm", text}, {"health", text}, {text, text}}, faults);
  AQUA_ASSERT(fish.has_value() == faults.empty());
  const std::string written = fish ? contract::ToJson(*fish) : "null";
  AQUA_ASSERT(contract::ParseJson(written).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aqua::AsText({data, size});
  CheckParameters(std::string(text));
  const aqua::Result<contract::Json> json = contract::ParseJson(text);
  if (!json) {
    AQUA_ASSERT(json.error().reason.starts_with("json_") && !json.error().message.empty());
    return 0;
  }
  const std::string written = Written(*json);
  contract::JsonLimits limits;
  limits.max_string_bytes = written.size();
  const aqua::Result<contract::Json> again = contract::ParseJson(written, limits);
  AQUA_ASSERT(again.has_value() && Written(*again) == written);
  CheckStruct(*json);
  return 0;
}
