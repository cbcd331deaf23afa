#include "telemetry/run_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

namespace loadline::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

RunFacts Facts() {
  RunFacts facts;
  facts.id = "1a2b3c4d";
  facts.command = "run";
  facts.label = "nightly";
  facts.version = "0.1.0";
  facts.target = "POST http://127.0.0.1:8500/score";
  facts.started = UtcTime(Duration(1'767'323'045'500'000'000));
  facts.tasks = {"score", "login"};
  return facts;
}

/// A second with `score` answered `good` times after 20 ms, and `bad` replies of status 503.
measure::Second SecondOf(std::int64_t good, std::int64_t bad) {
  measure::Second second;
  second.scheduled = good + bad + 1;
  second.completed = good + bad;
  second.failed = bad;
  second.in_flight = 4;
  second.users = 2;
  second.generator.cpu_busiest = 0.25;
  second.generator.lateness_p99 = 30us;
  second.generator.dropped_records = 5;
  second.tasks.resize(2);
  second.tasks[0].response.RecordN(20ms, good);
  second.tasks[0].wire.RecordN(19ms, good);
  second.tasks[0].succeeded = good;
  second.tasks[0].failed = bad;
  second.tasks[0].failures.at(static_cast<std::size_t>(measure::ErrorKind::kStatus)) = bad;
  return second;
}

const Metric* Find(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) {
      return &metric;
    }
  }
  return nullptr;
}

std::optional<double> ValueOf(const std::vector<Metric>& metrics, const std::string& name,
                              const Labels& labels = {}) {
  const Metric* metric = Find(metrics, name);
  if (metric != nullptr) {
    for (const Sample& sample : metric->samples) {
      if (sample.labels == labels) {
        return sample.value;
      }
    }
  }
  return std::nullopt;
}

TEST(RunBook, BeginsWithZeroes) {
  const RunBook book(Facts());
  const std::vector<Metric> metrics = book.Metrics();
  EXPECT_EQ(ValueOf(metrics, "loadline.running"), 1.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.scheduled"), 0.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.requests", {{"task", "login"}}), 0.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.run.start_time"), 1'767'323'045.5);
  EXPECT_EQ(Find(metrics, "loadline.offered"), nullptr);
  EXPECT_THAT(CommonLabels(book.facts().label), ElementsAre(Pair("label", "nightly")));
  EXPECT_TRUE(CommonLabels("").empty());
}

TEST(RunBook, AddsSecondsUpAndShowsTheLatest) {
  RunBook book(Facts());
  measure::Load load;
  load.shape = measure::OpenLoad{Rate{12.0}};
  book.BeginStep(3, "proof", load);
  book.AddSecond(SecondOf(10, 2));
  book.AddSecond(SecondOf(7, 0));
  const std::vector<Metric> metrics = book.Metrics();
  // 10 + 2 + 1 and 7 + 1 were due; 12 and 7 ended.
  EXPECT_EQ(ValueOf(metrics, "loadline.scheduled"), 21.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.requests", {{"task", "score"}}), 19.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.failures", {{"task", "score"}, {"kind", "status"}}), 2.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.generator.dropped_records"), 10.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.step", {{"purpose", "proof"}}), 3.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.step.rate"), 12.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.offered"), 8.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.achieved"), 7.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.in_flight"), 4.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.users"), 2.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.generator.cpu"), 0.25);
  EXPECT_EQ(ValueOf(metrics, "loadline.generator.lateness", {{"quantile", "0.99"}}), 30e-6);
  const Metric* response = Find(metrics, "loadline.response");
  ASSERT_NE(response, nullptr);
  ASSERT_EQ(response->distributions.size(), 2U);
  EXPECT_EQ(response->distributions[0].values.count(), 17);
  EXPECT_EQ(response->distributions[1].values.count(), 0);
}

TEST(RunBook, EndsWithTheResults) {
  RunBook book(Facts());
  book.BeginStep(1, "probe", {});
  book.AddSecond(SecondOf(10, 0));
  book.End(UtcTime(Duration(1'767'323'050'000'000'000)),
           {{"loadline.exit_code", "", "Code.", MetricKind::kGauge, {{{}, 6.0}}, {}}});
  const std::vector<Metric> metrics = book.Metrics();
  EXPECT_EQ(ValueOf(metrics, "loadline.running"), 0.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.run.end_time"), 1'767'323'050.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.exit_code"), 6.0);
  EXPECT_EQ(ValueOf(metrics, "loadline.in_flight"), 0.0);
  EXPECT_EQ(Find(metrics, "loadline.step"), nullptr);
  EXPECT_EQ(ValueOf(metrics, "loadline.requests", {{"task", "score"}}), 10.0);
}

TEST(RunBook, MayBeReadWhileItIsWritten) {
  RunBook book(Facts());
  std::atomic<bool> done = false;
  std::thread reader([&] {
    double before = 0.0;
    while (!done) {
      const std::vector<Metric> metrics = book.Metrics();
      const double now = ValueOf(metrics, "loadline.requests", {{"task", "score"}}).value_or(-1);
      EXPECT_GE(now, before);
      // One look sees one state: every request ended is in the histogram.
      EXPECT_EQ(Find(metrics, "loadline.response")->distributions[0].values.count(),
                static_cast<std::int64_t>(now));
      before = now;
    }
  });
  for (int i = 0; i < 200; ++i) {
    book.AddSecond(SecondOf(3, 0));
  }
  done = true;
  reader.join();
  EXPECT_EQ(ValueOf(book.Metrics(), "loadline.requests", {{"task", "score"}}), 600.0);
}

}  // namespace
}  // namespace loadline::telemetry
