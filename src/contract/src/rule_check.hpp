#pragma once

#include "aqua/contract/rules.hpp"
#include "aqua/contract/schema.hpp"

namespace aqua::contract {

/// Whether every rule means something for values of the schema.
bool RulesFit(const FieldRules& rules, const Schema& schema);

}  // namespace aqua::contract
