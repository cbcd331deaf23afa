#include "search/response_book.h"

#include <gtest/gtest.h>

#include <cmath>

#include "search/ledger.h"
#include "search/testing/watched_queue.h"

namespace loadline::search {
namespace {

using measure::ErrorKind;
using measure::Metric;
using measure::Objective;
using testing::Errors;
using testing::Quantile;

Objective Of(Metric metric) {
  Objective objective;
  objective.metric = metric;
  return objective;
}

TEST(ResponseBook, CountsAFailedRequestAsInfinitelySlow) {
  ResponseBook book({Quantile(0.9, 1s), Errors(0.01), Quantile(0.5, 1s)},
                    {kAllTasks, kAllTasks, kAllTasks});
  for (int i = 1; i <= 80; ++i) {
    book.Depart(0, i * 10ms, ErrorKind::kNone);
  }
  for (int i = 0; i < 20; ++i) {
    book.Depart(0, 1ms, ErrorKind::kStatus);
  }
  EXPECT_EQ(book.Requests(0), 100);
  EXPECT_DOUBLE_EQ(book.Value(1), 0.2);
  // The 50th of 100 is a success, 500 ms; the 90th is among the failed ones.
  EXPECT_NEAR(book.Value(2), 0.5, 0.001);
  EXPECT_TRUE(std::isinf(book.Value(0)));
  EXPECT_NEAR(book.ResponseExceededBy(0, 0.3), 0.7, 0.001);
  EXPECT_TRUE(std::isinf(book.ResponseExceededBy(0, 0.1)));
  // Shares outside [0, 1], as intervals make them.
  EXPECT_NEAR(book.ResponseExceededBy(0, 1.5), 0.01, 0.001);
  EXPECT_TRUE(std::isinf(book.ResponseExceededBy(0, -0.5)));
}

TEST(ResponseBook, KeepsTasksApart) {
  ResponseBook book({Errors(0.01, "a"), Errors(0.01, "b"), Errors(0.01)}, {0, 1, kAllTasks});
  book.Depart(0, 1ms, ErrorKind::kNone);
  book.Depart(1, 1ms, ErrorKind::kReset);
  book.Depart(1, 1ms, ErrorKind::kNone);
  book.Depart(2, 1ms, ErrorKind::kNone);
  EXPECT_EQ(book.Value(0), 0.0);
  EXPECT_EQ(book.Requests(0), 1);
  EXPECT_EQ(book.Value(1), 0.5);
  EXPECT_EQ(book.Value(2), 0.25);
  EXPECT_EQ(book.Requests(2), 4);
}

TEST(ResponseBook, TakesMeanMaximumAndGoodputOfSuccesses) {
  // Goodput counts what is within the loosest threshold, 200 ms.
  ResponseBook book({Of(Metric::kMean), Of(Metric::kMax), Of(Metric::kGoodput),
                     Quantile(0.5, 100ms), Quantile(0.9, 200ms)},
                    {kAllTasks, kAllTasks, kAllTasks, kAllTasks, kAllTasks});
  for (int second = 0; second < 12; ++second) {
    book.Depart(0, 100ms, ErrorKind::kNone);
    book.Depart(0, 200ms, ErrorKind::kNone);
    book.Depart(0, 300ms, ErrorKind::kNone);
    book.Depart(0, 9s, ErrorKind::kTimeoutWhole);
    book.Advance(0.5);
  }
  EXPECT_NEAR(book.Value(0), 0.2, 1e-9);
  EXPECT_NEAR(book.Value(1), 0.3, 0.001);
  EXPECT_NEAR(book.Value(2), 4.0, 1e-9);  // Two in each half second.
  EXPECT_NEAR(book.Mean(0).ratio, 0.2, 1e-9);
  EXPECT_NEAR(book.Mean(0).sd, 0.0, 1e-9);
  EXPECT_EQ(book.Mean(2).degrees, 11.0);
}

TEST(ResponseBook, HasNothingToSayOfNothing) {
  const ResponseBook book({Errors(0.01), Of(Metric::kMean), Of(Metric::kGoodput)},
                          {kAllTasks, kAllTasks, kAllTasks});
  EXPECT_EQ(book.Value(0), 0.0);
  EXPECT_EQ(book.Value(1), 0.0);
  EXPECT_EQ(book.Value(2), 0.0);
  EXPECT_EQ(book.Requests(0), 0);
}

TEST(ResponseBook, WithoutAThresholdEverySuccessIsGood) {
  ResponseBook book({Of(Metric::kGoodput)}, {kAllTasks});
  book.Depart(0, 1h, ErrorKind::kNone);
  book.Depart(0, 1ms, ErrorKind::kStatus);
  book.Advance(1.0);
  EXPECT_DOUBLE_EQ(book.Value(0), 1.0);
}

}  // namespace
}  // namespace loadline::search
