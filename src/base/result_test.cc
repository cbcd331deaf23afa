#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace loadline {
namespace {

Result<int> Half(int x) {
  if (x % 2 != 0) {
    return Error{ErrorCode::kInvalidArgument, "odd"};
  }
  return x / 2;
}

Result<int> Quarter(int x) {
  const int half = TRY(Half(x));
  return Half(half);
}

Status OnlyEven(int x) {
  TRY(Half(x));
  return {};
}

Result<int> AfterStatus(int x) {
  TRY(OnlyEven(x));
  return x;
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = Half(4);
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, 2);
  const Result<int> bad = Half(3);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error(), (Error{ErrorCode::kInvalidArgument, "odd"}));
  EXPECT_EQ(bad.value_or(7), 7);
  EXPECT_EQ(good.value_or(7), 2);
}

TEST(Result, TryHandsOnTheValueOrReturnsTheError) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).error().message, "odd");  // 6 / 2 = 3
  EXPECT_EQ(Quarter(7).error().message, "odd");
}

TEST(Result, TryWorksWithStatus) {
  EXPECT_TRUE(OnlyEven(2).has_value());
  EXPECT_FALSE(OnlyEven(3).has_value());
  EXPECT_EQ(*AfterStatus(2), 2);
  EXPECT_EQ(AfterStatus(3).error().message, "odd");
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(Result, AValueOfTypeErrorIsNotTakenForSuccess) {
  const Result<std::string> result = Error{ErrorCode::kIo, "disk"};
  EXPECT_FALSE(result.has_value());
}

TEST(ResultDeathTest, AskingForWhatIsNotThereAborts) {
  EXPECT_DEATH({ [[maybe_unused]] const int x = *Half(3); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const Error e = Half(4).error(); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const Error e = OnlyEven(4).error(); }, "CHECK");
}

}  // namespace
}  // namespace loadline
