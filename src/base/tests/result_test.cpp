#include "aqua/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "aqua/base/assert.hpp"

namespace aqua {
namespace {

Error SomeError() { return MakeError(ErrorCode::kNotFound, "no such model", "model_not_found"); }

Status Check(bool good) {
  if (!good) return SomeError();
  return {};
}

Result<int> Half(int number) {
  if (number % 2 != 0) return MakeError(ErrorCode::kInvalidArgument, "odd");
  return number / 2;
}

Result<int> Quarter(int number) {
  AQUA_TRY_ASSIGN(const int half, Half(number));
  AQUA_TRY_ASSIGN(const int quarter, Half(half));
  return quarter;
}

Status CheckTwice(bool first, bool second, int& passed) {
  AQUA_TRY(Check(first));
  ++passed;
  AQUA_TRY(Check(second));
  ++passed;
  return {};
}

Result<std::unique_ptr<int>> Boxed(int number) { return std::make_unique<int>(number); }

Result<int> Unboxed(int number) {
  AQUA_TRY_ASSIGN(const std::unique_ptr<int> box, Boxed(number));
  return *box;
}

TEST(ResultTest, HoldsAValue) {
  const Result<int> result = Half(4);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(*result, 2);
}

TEST(ResultTest, HoldsAnErrorWithCodeMessageAndReason) {
  const Status status = Check(false);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(status.error().message, "no such model");
  EXPECT_EQ(status.error().reason, "model_not_found");
}

TEST(ResultTest, ReasonIsOptional) { EXPECT_EQ(Half(1).error().reason, ""); }

TEST(ResultTest, TryReturnsTheFirstError) {
  int passed = 0;
  EXPECT_TRUE(CheckTwice(true, true, passed).has_value());
  EXPECT_EQ(passed, 2);
  passed = 0;
  EXPECT_EQ(CheckTwice(true, false, passed).error().message, "no such model");
  EXPECT_EQ(passed, 1);
}

TEST(ResultTest, TryAssignTakesTheValueOrReturnsTheError) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_EQ(Quarter(6).error().message, "odd");
  EXPECT_EQ(Quarter(3).error().message, "odd");
}

TEST(ResultTest, TryAssignMovesValuesThatCannotBeCopied) { EXPECT_EQ(Unboxed(7).value(), 7); }

TEST(ResultTest, ContextGoesBeforeTheMessageAndKeepsTheRest) {
  const Error error = SomeError().WithContext("loading salmon v3");
  EXPECT_EQ(error.message, "loading salmon v3: no such model");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_EQ(error.reason, "model_not_found");
}

TEST(ResultTest, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  constexpr int kLast = static_cast<int>(ErrorCode::kInternal);
  for (int code = 0; code <= kLast; ++code) names.insert(Name(static_cast<ErrorCode>(code)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kLast) + 1);
  EXPECT_EQ(Name(ErrorCode::kInvalidArgument), "invalid_argument");
  EXPECT_EQ(Name(ErrorCode::kDeadlineExceeded), "deadline_exceeded");
  EXPECT_EQ(Name(ErrorCode::kInternal), "internal");
}

TEST(AssertTest, DoesNothingWhenTheConditionHolds) {
  int evaluations = 0;
  AQUA_ASSERT(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

TEST(AssertDeathTest, NamesTheConditionAndEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(AQUA_ASSERT(1 + 1 == 3), "1 \\+ 1 == 3 does not hold .*result_test.cpp");
}

}  // namespace
}  // namespace aqua
