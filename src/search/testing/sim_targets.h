// Simulated targets and a diary of what a search tells, for the tests of find and verify.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "measure/load_line.h"
#include "search/find.h"
#include "sim/latency_law.h"
#include "sim/sim_prober.h"

namespace loadline::search::testing {

/// One queue (least connections) over `pods` pods of `concurrency` slots, whose state is kept from
/// probe to probe.
[[nodiscard]] inline sim::SimOptions Target(int pods, int concurrency, std::string_view latency) {
  sim::SimOptions options;
  options.service.pods = pods;
  options.service.concurrency = concurrency;
  options.service.queue = sim::kUnlimitedQueue;
  options.service.latency = sim::ParseLatencyLaw(latency).value();
  options.service.balance = sim::Balance::kLeast;
  options.carry_over = true;
  return options;
}

/// Writes down what a search tells, and checks that it tells it in order.
class Diary : public FindListener {
 public:
  void OnPlan(const FindPlan& plan) override {
    EXPECT_FALSE(plan_) << "told twice";
    EXPECT_EQ(ends_.size(), 1u) << "not after the lone requests";
    plan_ = plan;
  }
  void OnNarrowing(const FindPlan& plan) override {
    EXPECT_TRUE(plan_);
    EXPECT_FALSE(narrowing_) << "told twice";
    narrowing_ = plan;
  }
  void OnStepStart(const StepStart& start) override {
    EXPECT_FALSE(open_) << "a probe began within another";
    EXPECT_EQ(start.number, static_cast<int>(ends_.size()) + 1);
    open_ = true;
    windows_ = 0;
    starts_.push_back(start);
  }
  measure::Decision OnLive(const StepLive& live) override {
    EXPECT_TRUE(open_);
    EXPECT_EQ(live.step.number, starts_.back().number);
    EXPECT_GE(live.spent, spent_) << "time went back";
    spent_ = live.spent;
    ++windows_;
    return stop_in_ && live.step.kind == *stop_in_ && windows_ >= 3 ? measure::Decision::kStop
                                                                    : measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second&) override { EXPECT_TRUE(open_); }
  void OnStepEnd(const StepEnd& end) override {
    EXPECT_TRUE(open_);
    EXPECT_GT(windows_, 0);
    EXPECT_EQ(end.start.number, starts_.back().number);
    open_ = false;
    ends_.push_back(end.step);
  }
  void OnRecovered(Duration waited, bool recovered) override {
    EXPECT_FALSE(open_);
    EXPECT_EQ(starts_.back().kind, StepKind::kRecovery);
    EXPECT_GE(waited, Duration::zero());
    recoveries_.push_back(recovered);
  }

  /// Stops the search in its next probe of `kind`.
  void StopIn(StepKind kind) { stop_in_ = kind; }

  [[nodiscard]] const std::vector<StepStart>& starts() const { return starts_; }
  [[nodiscard]] const std::vector<measure::SearchStep>& ends() const { return ends_; }
  [[nodiscard]] const std::vector<bool>& recoveries() const { return recoveries_; }
  [[nodiscard]] const std::optional<FindPlan>& plan() const { return plan_; }
  [[nodiscard]] const std::optional<FindPlan>& narrowing() const { return narrowing_; }
  [[nodiscard]] Duration spent() const { return spent_; }
  [[nodiscard]] int Count(StepKind kind) const {
    int count = 0;
    for (const StepStart& start : starts_) {
      count += start.kind == kind ? 1 : 0;
    }
    return count;
  }

 private:
  std::vector<StepStart> starts_;
  std::vector<measure::SearchStep> ends_;
  std::vector<bool> recoveries_;
  std::optional<FindPlan> plan_;
  std::optional<FindPlan> narrowing_;
  std::optional<StepKind> stop_in_;
  bool open_ = false;
  int windows_ = 0;
  Duration spent_{};
};

/// Searches `target` with a diary; the seed gives both the target's and the search's randomness.
[[nodiscard]] inline measure::LoadLine Search(sim::SimOptions target, FindOptions find,
                                              std::uint64_t seed, Diary& diary) {
  target.seed = StreamSeed(seed, 1);
  find.seed = StreamSeed(seed, 2);
  sim::SimProber prober(target);
  Result<measure::LoadLine> found = Find(prober, find, diary);
  if (!found) {
    ADD_FAILURE() << found.error().message;
    return {};
  }
  EXPECT_EQ(diary.starts().size(), diary.ends().size()) << "a probe never ended";
  EXPECT_EQ(prober.probes(), static_cast<int>(diary.starts().size()));
  return std::move(*found);
}

[[nodiscard]] inline measure::LoadLine Search(const sim::SimOptions& target,
                                              const FindOptions& find, std::uint64_t seed) {
  Diary diary;
  return Search(target, find, seed, diary);
}

}  // namespace loadline::search::testing
