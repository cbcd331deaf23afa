// Prober: "apply this load, tell me what happened, and let me stop you". The waist of Loadline.
//
// Everything above it (search, experiments, reports) neither knows nor cares whether one machine
// (load), many (fleet) or none (sim) applies the load.
#pragma once

#include "base/result.h"
#include "measure/load.h"
#include "measure/measurement.h"
#include "measure/window.h"

namespace loadline::measure {

/// What the observer wants to happen next.
enum class Decision { kContinue, kStop };

/// Watches a probe while it runs: live view, Ctrl-C, abort rules and sequential tests sit here.
/// All calls come from the thread that called Probe(), in time order.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Every 100 ms of probe time, and once more after the last departure of the drain.
  virtual Decision OnWindow(const Window& window) = 0;

  /// Each second of the probe once it is complete; `second` is valid during the call.
  virtual void OnSecond(const Second& second) { static_cast<void>(second); }

  /// Whether windows shall carry events. Costs about 3 % of the engine's speed; asked once.
  [[nodiscard]] virtual bool WantsEvents() const { return false; }
};

/// An observer that never stops anything.
class Unobserved : public Observer {
 public:
  Decision OnWindow(const Window&) override { return Decision::kContinue; }
};

/// Applies loads, one at a time.
class Prober {
 public:
  virtual ~Prober() = default;

  /// Applies `load` from an idle generator until it is done, and reports. A target that fails is a
  /// Measurement full of errors; an Error means that nothing could be measured at all.
  ///
  /// Errors: kInvalidArgument (the load is impossible), kExhausted, kIo, kInternal.
  [[nodiscard]] virtual Result<Measurement> Probe(const Load& load, Observer& observer) = 0;
};

}  // namespace loadline::measure
