#include <utility>

#include "aqua/contract/codec.hpp"

namespace aqua::contract {
namespace {

Schema OfType(Schema::Type type) {
  Schema schema;
  schema.type = type;
  return schema;
}

Schema NumberSchema(Schema::Type type, std::string format, const FieldRules& rules) {
  Schema schema = OfType(type);
  schema.format = std::move(format);
  schema.minimum = rules.minimum;
  schema.maximum = rules.maximum;
  return schema;
}

Schema CountedSchema(Schema::Type type, const FieldRules& rules) {
  Schema schema = OfType(type);
  schema.min_items = rules.min_items;
  schema.max_items = rules.max_items;
  return schema;
}

}  // namespace

Schema DescribeScalar(std::type_identity<bool>, const FieldRules&) { return OfType(Schema::Type::kBoolean); }

Schema DescribeScalar(std::type_identity<int>, const FieldRules& rules) { return NumberSchema(Schema::Type::kInteger, "int32", rules); }

Schema DescribeScalar(std::type_identity<std::int64_t>, const FieldRules& rules) { return NumberSchema(Schema::Type::kInteger, "int64", rules); }

Schema DescribeScalar(std::type_identity<double>, const FieldRules& rules) { return NumberSchema(Schema::Type::kNumber, "double", rules); }

Schema DescribeScalar(std::type_identity<std::string>, const FieldRules& rules) {
  Schema schema = DescribeEnum(rules.enum_values);
  schema.format = rules.format;
  schema.min_length = rules.min_length;
  schema.max_length = rules.max_length;
  if (rules.pattern != nullptr) {
    schema.pattern = rules.pattern->text;
    if (schema.format.empty()) schema.format = rules.pattern->format;
  }
  return schema;
}

Schema DescribeScalar(std::type_identity<Json>, const FieldRules&) { return {}; }

Schema DescribeEnum(std::vector<std::string> names) {
  Schema schema = OfType(Schema::Type::kString);
  schema.enum_values = std::move(names);
  return schema;
}

Schema DescribeUse(const Schema& component) {
  Schema schema = OfType(Schema::Type::kObject);
  schema.component = &component;
  return schema;
}

Schema DescribeArray(Schema items, const FieldRules& rules) {
  Schema schema = CountedSchema(Schema::Type::kArray, rules);
  schema.unique_items = rules.unique;
  schema.items.push_back(std::move(items));
  return schema;
}

Schema DescribeMap(Schema values, const FieldRules& rules) {
  Schema schema = CountedSchema(Schema::Type::kObject, rules);
  schema.additional.push_back(std::move(values));
  return schema;
}

}  // namespace aqua::contract
