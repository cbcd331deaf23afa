#include "cli/probe_watcher.h"

#include "measure/load.h"

namespace loadline::cli {

ProbeWatcher::ProbeWatcher(Session& session, int step, std::optional<Duration> total)
    : session_(session), step_(step) {
  const measure::Load& load = session.scenario().load;
  session.display().Start(measure::Describe(load), total, load.open());
}

measure::Decision ProbeWatcher::OnWindow(const measure::Window& window) {
  session_.display().OnWindow(window);
  return measure::Decision::kContinue;
}

void ProbeWatcher::OnSecond(const measure::Second& second) {
  session_.display().OnSecond(second);
  session_.AddSecond(step_, second);
}

}  // namespace loadline::cli
