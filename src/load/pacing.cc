#include "load/pacing.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "base/parallel.h"
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
  cpus.usable = UsableCpus();
  cpus.limit = Cgroup::Find().cpu_limit();
  return cpus;
}

void AskForShortTurns() {
  // The kernel's struct sched_attr (first version, 48 bytes); glibc 2.36 has no wrapper for it.
  struct Attributes {
    std::uint32_t size = sizeof(Attributes);
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime_ns = 0;
    std::uint64_t deadline_ns = 0;
    std::uint64_t period_ns = 0;
  } attributes;
  static_assert(sizeof attributes == 48);
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 ||
      attributes.policy != SCHED_OTHER) {
    return;  // Whoever chose another policy for us knows better.
  }
  attributes.size = sizeof attributes;
  attributes.flags = 0;
  attributes.runtime_ns = 100'000;  // The least that the kernel accepts.
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
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
