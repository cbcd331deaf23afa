// ErrorBudget: how the probability 1 − c of a wrong bracket is dealt out to the probes of a search.
//
// Under the assumption that more load never helps, a bracket misses the line only if some probe's
// verdict is wrong, and each probe can be wrong in one direction only: `held` above the line,
// `broken` below it. So if every probe gets an alpha of its own and they add up to at most 1 − c,
// the bracket is right with probability c. Every share is taken of what is left, so the sum never
// exceeds the whole, however many probes there are. One thread.
#pragma once

namespace loadline::search {

class ErrorBudget {
 public:
  /// `whole` in (0, 0.5]: 1 − c.
  explicit ErrorBudget(double whole) : left_(whole) {}

  /// Takes `part` in (0, 1) of what is left: the alpha of the next probe.
  double Take(double part) {
    const double taken = left_ * part;
    left_ -= taken;
    return taken;
  }

  [[nodiscard]] double left() const { return left_; }

 private:
  double left_;
};

}  // namespace loadline::search
