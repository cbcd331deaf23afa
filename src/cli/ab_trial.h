// AbTrial: the blocks of `loadline ab`, from the first request to both records' ends.
//
// Belongs to the main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "compare/paired.h"
#include "measure/measurement.h"
#include "report/ab_report.h"

namespace loadline::cli {

/// What `--blocks`, `--block` and `--warmup` say of a load. Every fault is told at once.
/// Errors: kInvalidArgument.
[[nodiscard]] Result<report::TrialFacts> ReadTrial(const Arguments& arguments,
                                                   const measure::Load& load);

class AbTrial {
 public:
  /// Both sessions have begun and must outlive the trial.
  AbTrial(Session& a, Session& b, report::TrialFacts facts);

  /// Makes all pairs, or as many as it gets to. What ended it before its time stands in the facts.
  void Run();

  [[nodiscard]] const std::vector<compare::BlockPair>& pairs() const { return pairs_; }
  [[nodiscard]] report::TrialFacts& facts() { return facts_; }
  /// What the blocks say by themselves: interrupted, refused, never answered, B stopped by the
  /// brake; else held.
  [[nodiscard]] ExitCode code() const { return code_; }
  /// A was stopped by the brake: nothing can be said against B.
  [[nodiscard]] bool baseline_failed() const { return baseline_failed_; }

 private:
  enum class Block { kGood, kRefused, kEnd };

  [[nodiscard]] measure::Load LoadOf(std::size_t pair) const;
  [[nodiscard]] Block Probe(bool b, std::size_t pair, compare::Batch& batch);
  [[nodiscard]] Block Weigh(bool b, const measure::Measurement& measurement);
  [[nodiscard]] Block End(ExitCode code, std::string why);

  Session& a_;
  Session& b_;
  report::TrialFacts facts_;
  std::vector<compare::BlockPair> pairs_;
  int steps_[2] = {0, 0};  // Blocks so far, refused ones included.
  ExitCode code_ = ExitCode::kHeld;
  bool baseline_failed_ = false;
};

}  // namespace loadline::cli
