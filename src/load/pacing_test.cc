#include "load/pacing.h"

#include <gtest/gtest.h>

#include <map>

#include "load/cgroup.h"

namespace loadline::load {
namespace {

TEST(ChoosePacing, TakesAllCpusButOneForARemoteTarget) {
  const PacingChoice choice = ChoosePacing(0, Pacing::kAuto, {.usable = 8, .limit = {}}, false);
  EXPECT_EQ(choice.threads, 7);
  EXPECT_EQ(choice.pacing, Pacing::kHybrid);
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 1, .limit = {}}, false).threads, 1);
}

TEST(ChoosePacing, OneThreadBesideALoopbackTarget) {
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 8, .limit = {}}, true).threads, 1);
  EXPECT_EQ(ChoosePacing(3, Pacing::kAuto, {.usable = 8, .limit = {}}, true).threads, 3);
}

TEST(ChoosePacing, TimerBelowTwoCpusOrUnderALimit) {
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 1, .limit = {}}, false).pacing,
            Pacing::kTimer);
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 8, .limit = 1.5}, false).pacing,
            Pacing::kTimer);
  // Spinning would use the quota up, however large it is.
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 8, .limit = 4.0}, false).pacing,
            Pacing::kTimer);
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 8, .limit = 4.0}, false).threads, 3);
}

TEST(ChoosePacing, TimerBesideALoopbackTargetUnlessACpuIsToSpare) {
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 2, .limit = {}}, true).pacing,
            Pacing::kTimer);
  EXPECT_EQ(ChoosePacing(0, Pacing::kAuto, {.usable = 3, .limit = {}}, true).pacing,
            Pacing::kHybrid);
  EXPECT_EQ(ChoosePacing(2, Pacing::kAuto, {.usable = 2, .limit = {}}, false).pacing,
            Pacing::kTimer);
}

TEST(ChoosePacing, DoesWhatItIsTold) {
  const PacingChoice choice = ChoosePacing(4, Pacing::kBusy, {.usable = 1, .limit = 0.5}, true);
  EXPECT_EQ(choice.threads, 4);
  EXPECT_EQ(choice.pacing, Pacing::kBusy);
  EXPECT_TRUE(choice.reason.empty());
}

TEST(WakeFor, SleepsUntilShortlyBeforeThenSpins) {
  const Instant now{1s};
  EXPECT_EQ(WakeFor(Pacing::kHybrid, now, now + 1ms), now + 900us);
  EXPECT_EQ(WakeFor(Pacing::kHybrid, now, now + 100us), now);
  EXPECT_EQ(WakeFor(Pacing::kTimer, now, now + 1ms), now + 1ms);
  EXPECT_EQ(WakeFor(Pacing::kBusy, now, now + 1h), now);
  EXPECT_EQ(WakeFor(Pacing::kHybrid, now, Instant::max()), Instant::max());
  EXPECT_EQ(WakeFor(Pacing::kTimer, now, Instant::max()), Instant::max());
}

/// A file system of a few texts.
ReadText Files(std::map<std::string, std::string> files) {
  return [files = std::move(files)](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

TEST(Cgroup, ReadsTheTightestLimitOfVersion2) {
  const ReadText read = Files(
      {{"/proc/self/cgroup", "0::/a/b\n"},
       {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
       {"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"},
       {"/sys/fs/cgroup/a/cpu.stat", "usage_usec 9\nnr_throttled 3\nthrottled_usec 2500000\n"}});
  const Cgroup cgroup = Cgroup::Find(read);
  ASSERT_TRUE(cgroup.cpu_limit());
  EXPECT_DOUBLE_EQ(*cgroup.cpu_limit(), 1.5);
  EXPECT_EQ(cgroup.Throttled(read), 2500ms);
}

TEST(Cgroup, ReadsALimitOfVersion1) {
  const ReadText read =
      Files({{"/proc/self/cgroup", "4:memory:/x\n1:cpu,cpuacct:/x\n0::/\n"},
             {"/sys/fs/cgroup/cpu/cpu.stat", "nr_periods 1\nnr_throttled 0\nthrottled_time 0\n"},
             {"/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "50000\n"},
             {"/sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n"},
             {"/sys/fs/cgroup/cpu/x/cpu.stat", "nr_throttled 2\nthrottled_time 7000000\n"}});
  const Cgroup cgroup = Cgroup::Find(read);
  ASSERT_TRUE(cgroup.cpu_limit());
  EXPECT_DOUBLE_EQ(*cgroup.cpu_limit(), 0.5);
  EXPECT_EQ(cgroup.Throttled(read), 7ms);
}

TEST(Cgroup, NoLimitIsNoLimit) {
  EXPECT_FALSE(Cgroup::Find(Files({})).cpu_limit());
  const ReadText unlimited = Files({{"/proc/self/cgroup", "1:cpu:/\n"},
                                    {"/sys/fs/cgroup/cpu/cpu.stat", "throttled_time 5\n"},
                                    {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                                    {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}});
  EXPECT_FALSE(Cgroup::Find(unlimited).cpu_limit());
  EXPECT_EQ(Cgroup::Find(unlimited).Throttled(unlimited), Duration::zero());
}

}  // namespace
}  // namespace loadline::load
