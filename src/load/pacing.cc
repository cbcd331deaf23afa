#include "load/pacing.h"

#include <sched.h>

#include <algorithm>
#include <thread>

#include "load/cgroup.h"

namespace loadline::load {

std::string_view Name(Pacing pacing) {
  switch (pacing) {
    case Pacing::kAuto:
      return "auto";
    case Pacing::kHybrid:
      return "hybrid";
    case Pacing::kBusy:
      return "busy";
    case Pacing::kTimer:
      return "timer";
  }
  return "unknown";
}

Cpus MachineCpus() {
  Cpus cpus;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    cpus.usable = CPU_COUNT(&set);
  } else {
    cpus.usable = static_cast<int>(std::thread::hardware_concurrency());
  }
  cpus.usable = std::max(cpus.usable, 1);
  cpus.limit = Cgroup::Find().cpu_limit();
  return cpus;
}

PacingChoice ChoosePacing(int threads, Pacing pacing, const Cpus& cpus, bool loopback_target) {
  PacingChoice choice;
  const int whole = std::max(static_cast<int>(cpus.effective()), 1);
  choice.threads = threads > 0 ? threads : loopback_target ? 1 : std::max(whole - 1, 1);
  choice.pacing = pacing;
  if (pacing != Pacing::kAuto) {
    return choice;
  }
  choice.pacing = Pacing::kTimer;
  if (cpus.effective() < 2.0) {
    choice.reason = "less than two CPUs";
  } else if (cpus.limit) {
    choice.reason = "a CPU limit (cgroup)";
  } else if (loopback_target && whole < choice.threads + 2) {
    choice.reason = "the target shares this machine's CPUs";
  } else if (whole <= choice.threads) {
    choice.reason = "as many threads as CPUs";
  } else {
    choice.pacing = Pacing::kHybrid;
    choice.reason = "a CPU to spare";
  }
  return choice;
}

}  // namespace loadline::load
