#include "rule_check.hpp"

namespace aqua::contract {

bool RulesFit(const FieldRules& rules, const Schema& schema) {
  using Type = Schema::Type;
  const Schema* value = &schema;
  bool in_array = false;
  bool in_map = false;
  while (!value->items.empty() || !value->additional.empty()) {
    in_array = in_array || !value->items.empty();
    in_map = in_map || !value->additional.empty();
    value = value->items.empty() ? &value->additional.front() : &value->items.front();
  }
  const bool bounds = rules.minimum || rules.maximum;
  const bool words = rules.min_length || rules.max_length || rules.pattern != nullptr || !rules.enum_values.empty() || !rules.format.empty();
  const bool counts = rules.min_items || rules.max_items;
  const bool is_text = value->type == Type::kString;
  const bool is_number = value->type == Type::kNumber;
  const bool decimals = !rules.decimals || (is_number && *rules.decimals >= 0 && *rules.decimals <= 15);
  return (!bounds || is_number || value->type == Type::kInteger) && (!words || is_text) && (!counts || in_array || in_map) && (!rules.unique || in_array) &&
         decimals;
}

}  // namespace aqua::contract
