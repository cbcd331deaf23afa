// RecoveryWatch: watches a trickle of requests until the target answers it as it answers a lone
// one. Internal to find. One thread.
#pragma once

#include <cstddef>
#include <vector>

#include "base/units.h"
#include "measure/prober.h"
#include "measure/window.h"
#include "search/find.h"

namespace loadline::search {

class RecoveryWatch : public measure::Observer {
 public:
  /// `alone`: median response of a lone request. `start` must outlive this.
  RecoveryWatch(Duration alone, const StepStart& start, Duration spent, FindListener& listener)
      : alone_(alone), start_(start), spent_(spent), listener_(listener) {}

  measure::Decision OnWindow(const measure::Window& window) override;
  [[nodiscard]] bool WantsEvents() const override { return true; }

  /// The last five requests succeeded, and at least three of them within twice the lone response.
  [[nodiscard]] bool recovered() const { return recovered_; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }
  [[nodiscard]] Duration elapsed() const { return elapsed_; }

 private:
  void Take(const measure::Event& event);

  Duration alone_;
  const StepStart& start_;
  Duration spent_;
  FindListener& listener_;
  std::vector<Duration> arrivals_;  // By number; a trickle is short.
  std::vector<bool> well_;          // Of the latest departures: within twice the lone response.
  int since_failure_ = 0;
  bool recovered_ = false;
  bool interrupted_ = false;
  Duration elapsed_{};
};

}  // namespace loadline::search
