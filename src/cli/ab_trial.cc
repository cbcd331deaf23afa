#include "cli/ab_trial.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

#include "base/random.h"
#include "base/units_text.h"
#include "cli/verdict.h"
#include "measure/load.h"
#include "scenario/fault.h"

namespace loadline::cli {
namespace {

constexpr int kMostBlocks = 1000;

/// Shows and stores one block while it goes on.
class BlockWatcher : public measure::Observer {
 public:
  BlockWatcher(Session& session, int step, const std::string& title, const measure::Load& load)
      : session_(session), step_(step) {
    session.display().Start(title, load.warmup + load.duration, load.open());
  }
  measure::Decision OnWindow(const measure::Window& window) override {
    session_.display().OnWindow(window);
    return measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override {
    session_.display().OnSecond(second);
    session_.AddSecond(step_, second);
  }

 private:
  Session& session_;
  int step_;
};

compare::Batch BatchOf(const measure::Measurement& measurement) {
  measure::TaskMeasurement all = report::AllTasks(measurement);
  return {.response = std::move(all.response),
          .failed = measurement.failed,
          .seconds = Seconds(measurement.measured)};
}

std::string ReasonOf(const measure::Measurement& measurement) {
  return measurement.refusals.empty()
             ? "our CPU was at its limit"
             : measurement.refusals.front().reason + "; " + measurement.refusals.front().remedy;
}

}  // namespace

Result<report::TrialFacts> ReadTrial(const Arguments& arguments, const measure::Load& load) {
  report::TrialFacts trial;
  std::vector<scenario::Fault> faults;
  const std::string blocks = arguments.Value("--blocks", "10");
  const auto [end, error] =
      std::from_chars(blocks.data(), blocks.data() + blocks.size(), trial.pairs);
  if (error != std::errc() || end != blocks.data() + blocks.size() ||
      trial.pairs < compare::kFewestPairs || trial.pairs > kMostBlocks) {
    faults.push_back({"--blocks", "", fmt::format("\"{}\"", blocks),
                      fmt::format("a whole number from {} to {}", compare::kFewestPairs,
                                  FormatCount(kMostBlocks))});
  }
  const std::string block = arguments.Value("--block", "10s");
  const Result<Duration> length = ParseDuration(block);
  if (!length || *length < 2s || *length > 1h) {
    faults.push_back(
        {"--block", "", fmt::format("\"{}\"", block), "a duration from 2s to 1h, such as 10s"});
  } else {
    trial.block = *length;
    trial.warmup = load.warmup > Duration::zero() ? load.warmup : *length / 5;
    if (trial.block - trial.warmup < 1s) {
      faults.push_back(
          {"--block", "", fmt::format("\"{}\"", block),
           fmt::format("at least 1s more than the warm-up of {}", FormatDuration(trial.warmup))});
    }
  }
  if (!load.steady()) {
    faults.push_back({"load", "", measure::Describe(load),
                      "a steady one, so that all blocks are alike: --rate 40/s or --users 20"});
  }
  if (load.requests > 0) {
    faults.push_back({"load.requests", "", fmt::format("{}", load.requests),
                      "blocks of equal time: --blocks and --block say how long"});
  }
  if (!faults.empty()) {
    return Error{ErrorCode::kInvalidArgument, scenario::Format(faults)};
  }
  trial.seed = load.seed;
  trial.order = compare::BlockOrder(trial.pairs, StreamSeed(load.seed, 0));
  return trial;
}

AbTrial::AbTrial(Session& a, Session& b, report::TrialFacts facts)
    : a_(a), b_(b), facts_(std::move(facts)) {}

void AbTrial::Run() {
  // A busy neighbour spoils a pair now and then; a generator that is too slow spoils them all.
  const int patience = std::max(2, facts_.pairs / 4);
  while (static_cast<int>(pairs_.size()) < facts_.pairs) {
    const std::size_t number = pairs_.size();
    compare::BlockPair pair;
    pair.b_first = facts_.order[number];
    Block first = Probe(pair.b_first, number, pair.b_first ? pair.b : pair.a);
    if (first == Block::kGood) {
      first = Probe(!pair.b_first, number, pair.b_first ? pair.a : pair.b);
    }
    if (first == Block::kEnd) {
      break;
    }
    if (first == Block::kRefused) {
      if (++facts_.refused > patience) {
        code_ = ExitCode::kRefused;
        facts_.ended_by = "the generator did not keep up: " + facts_.ended_by;
        break;
      }
      facts_.ended_by.clear();
      continue;
    }
    a_.Say(report::PairText(static_cast<int>(number) + 1, pair, a_.style()));
    pairs_.push_back(std::move(pair));
  }
  facts_.done = static_cast<int>(pairs_.size());
}

measure::Load AbTrial::LoadOf(std::size_t pair) const {
  measure::Load load = a_.scenario().load;
  load.warmup = facts_.warmup;
  load.duration = facts_.block - facts_.warmup;
  // Both blocks of a pair get the same arrivals and data: one chance less that they differ by.
  load.seed = StreamSeed(facts_.seed, pair + 1);
  return load;
}

AbTrial::Block AbTrial::Probe(bool b, std::size_t pair, compare::Batch& batch) {
  Session& session = b ? b_ : a_;
  const measure::Load load = LoadOf(pair);
  const int step = ++steps_[b ? 1 : 0];
  session.BeginStep(step, "block", load);
  BlockWatcher watcher(session, step,
                       fmt::format("{}, block {} of {}: {}", b ? "B" : "A", pair + 1, facts_.pairs,
                                   measure::Describe(load)),
                       load);
  Result<measure::Measurement> measured = session.engine().Probe(load, watcher);
  session.display().Clear();
  if (!measured) {
    return End(ForError(measured.error().code), measured.error().message);
  }
  const Block block = Weigh(b, *measured);
  batch = BatchOf(*measured);
  const ExitCode code = CodeOf(*measured, {});
  session.FinishStep({"block", *measured, StepOf(*measured, {}, code)});
  return block;
}

AbTrial::Block AbTrial::Weigh(bool b, const measure::Measurement& measurement) {
  const char* name = b ? "B" : "A";
  if (measurement.stop == measure::StopReason::kInterrupted) {
    return End(ExitCode::kInterrupted, "interrupted");
  }
  if (NeverAnswered(measurement)) {
    return End(ExitCode::kNeverAnswered, fmt::format("{} did not answer at all", name));
  }
  if (measurement.generator_limited) {
    // Without think time the users are as fast as we are: every further block would be the same.
    return End(ExitCode::kRefused,
               fmt::format("the generator was the limit: {}", ReasonOf(measurement)));
  }
  if (!measurement.valid()) {
    facts_.ended_by = ReasonOf(measurement);
    return Block::kRefused;
  }
  if (measurement.stop == measure::StopReason::kErrors ||
      measurement.stop == measure::StopReason::kNoReply) {
    baseline_failed_ = !b;
    return End(b ? ExitCode::kBroken : ExitCode::kUndecided,
               fmt::format("{} was stopped by the brake: {}", name,
                           measurement.stop == measure::StopReason::kErrors
                               ? "more than half of its requests failed"
                               : "no reply for 2 s"));
  }
  if (measurement.stop != measure::StopReason::kComplete) {
    return End(ExitCode::kUndecided, fmt::format("{}: {}", name, Name(measurement.stop)));
  }
  return Block::kGood;
}

AbTrial::Block AbTrial::End(ExitCode code, std::string why) {
  code_ = Strongest({code_, code});
  facts_.ended_by = std::move(why);
  return Block::kEnd;
}

}  // namespace loadline::cli
