#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/contract/description.hpp"

/// Described structs that use every kind of member and every rule.
namespace aqua::contract::farm {

enum class Health { kGood, kPoor };

struct Fish {
  std::string species;
  std::optional<double> length_mm;
  static const Object<Fish>& Description();
};

struct Tank {
  std::string id;
  bool active = false;
  int fish_count = 0;
  std::int64_t litres = 0;
  double temperature = 0;
  Health health = Health::kGood;
  std::optional<std::string> note;
  std::vector<Fish> fish;
  std::map<std::string, double> readings;
  std::optional<Fish> largest;
  Json extra;
  std::int64_t interval = 60;
  static const Object<Tank>& Description();
};

struct Ruled {
  std::optional<std::string> code, version, at, word;
  std::optional<double> ratio;
  std::optional<std::int64_t> count;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::map<std::string, std::string>> labels;
  static const Object<Ruled>& Description();
};

struct Query {
  std::int64_t limit = 10;
  std::optional<bool> active;
  std::optional<double> above;
  std::optional<std::string> text;
  std::vector<std::int64_t> ids;
  static const Object<Query>& Description();
};

struct Path {
  std::string id;
  static const Object<Path>& Description();
};

struct Nothing {
  static const Object<Nothing>& Description();
};

}  // namespace aqua::contract::farm

template <>
struct aqua::contract::EnumNames<aqua::contract::farm::Health> {
  static constexpr std::array<std::pair<farm::Health, std::string_view>, 2> kValues = {{{farm::Health::kGood, "good"}, {farm::Health::kPoor, "poor"}}};
};

namespace aqua::contract::farm {

inline const Object<Fish>& Fish::Description() {
  static const Object<Fish> kObject = Object<Fish>("Fish", "One fish.")
                                          .Field("species", &Fish::species, {.description = "Its name", .min_length = 1})
                                          .Field("length_mm", &Fish::length_mm, {.minimum = 0, .decimals = 1});
  return kObject;
}

inline const Object<Tank>& Tank::Description() {
  static const Object<Tank> kObject = Object<Tank>("Tank", "A tank and what is in it.")
                                          .Field("id", &Tank::id)
                                          .Field("active", &Tank::active)
                                          .Field("fish_count", &Tank::fish_count)
                                          .Field("litres", &Tank::litres)
                                          .Field("temperature", &Tank::temperature, {.decimals = 2})
                                          .Field("health", &Tank::health)
                                          .Field("note", &Tank::note)
                                          .Field("fish", &Tank::fish)
                                          .Field("readings", &Tank::readings, {.decimals = 1})
                                          .Field("largest", &Tank::largest, {.description = "The largest one"})
                                          .Field("extra", &Tank::extra)
                                          .Field("interval", &Tank::interval, {.minimum = 1, .has_default = true});
  return kObject;
}

inline const Object<Ruled>& Ruled::Description() {
  static const Object<Ruled> kObject = Object<Ruled>("Ruled", "Members with rules.")
                                           .Field("code", &Ruled::code, {.pattern = &kUuid})
                                           .Field("version", &Ruled::version, {.pattern = &kModelVersion})
                                           .Field("at", &Ruled::at, {.pattern = &kDateTime, .example = Json{std::string("2026-01-31T08:30:00Z")}})
                                           .Field("word", &Ruled::word, {.enum_values = {"salmon", "trout"}})
                                           .Field("ratio", &Ruled::ratio, {.minimum = 0, .maximum = 1})
                                           .Field("count", &Ruled::count, {.minimum = 1, .maximum = 500})
                                           .Field("tags", &Ruled::tags, {.max_length = 5, .min_items = 1, .max_items = 3, .unique = true})
                                           .Field("labels", &Ruled::labels, {.min_length = 2, .max_items = 2});
  return kObject;
}

inline const Object<Query>& Query::Description() {
  static const Object<Query> kObject = Object<Query>("Query", "A search.")
                                           .Field("limit", &Query::limit, {.description = "How many", .minimum = 1, .maximum = 500, .has_default = true})
                                           .Field("active", &Query::active)
                                           .Field("above", &Query::above)
                                           .Field("text", &Query::text, {.max_length = 4})
                                           .Field("ids", &Query::ids, {.max_items = 3, .has_default = true});
  return kObject;
}

inline const Object<Path>& Path::Description() {
  static const Object<Path> kObject = Object<Path>("Path", "Which one.").Field("id", &Path::id, {.pattern = &kUuid});
  return kObject;
}

inline const Object<Nothing>& Nothing::Description() {
  static const Object<Nothing> kObject("Nothing", "Nothing at all.");
  return kObject;
}

}  // namespace aqua::contract::farm
