#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/contract/json.hpp"
#include "aqua/contract/rules.hpp"
#include "aqua/contract/schema.hpp"

namespace aqua::contract {

/// Knows where a reading is and gathers what is wrong; at most 100 faults, so that no input makes an answer larger than itself.
class Reader {
 public:
  explicit Reader(std::vector<Fault>& faults) : faults_(faults), begin_(faults.size()) {}

  /// Goes into a member or an item, until the end of its life.
  class Step {
   public:
    Step(Reader& reader, std::string_view member);
    Step(Reader& reader, std::size_t item);
    ~Step() { reader_.pointer_.resize(length_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Reader& reader_;
    std::size_t length_;
  };

  /// Notes a fault at the present place.
  void Fail(std::string_view type, std::string message);
  /// Notes that the value is not what it must be: "an array".
  void FailType(std::string_view expected, const Json& json);

  /// The items of an array within its rules, else null with faults noted.
  const Json::Array* Items(const Json& json, const FieldRules& rules);
  /// The members of a map within its rules, else null with faults noted.
  const Json::Object* Members(const Json& json, const FieldRules& rules);

  [[nodiscard]] bool failed() const { return faults_.size() > begin_; }
  /// Whether no further fault is taken, so that reading on is in vain.
  [[nodiscard]] bool full() const;

 private:
  /// False where reading the items would be in vain.
  bool CheckCount(std::size_t count, const FieldRules& rules, std::string_view noun);

  std::vector<Fault>& faults_;
  std::size_t begin_;
  std::string pointer_;
};

}  // namespace aqua::contract
