// ProbeWatcher: shows and stores a probe of `run` or `verify` while it goes on.
#pragma once

#include <optional>

#include "cli/session.h"
#include "measure/prober.h"

namespace loadline::cli {

/// Never stops a probe: Ctrl-C reaches the engine directly.
class ProbeWatcher : public measure::Observer {
 public:
  /// Watches step `step`; `session` must outlive it. `total`: the longest it may take.
  ProbeWatcher(Session& session, int step, std::optional<Duration> total);

  measure::Decision OnWindow(const measure::Window& window) override;
  void OnSecond(const measure::Second& second) override;

 private:
  Session& session_;
  int step_;
};

}  // namespace loadline::cli
