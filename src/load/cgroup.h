// Our own control group: how much CPU it allows us, and how long it has held us up.
//
// Understands cgroup v2 (cpu.max, cpu.stat) and v1 (cpu.cfs_quota_us, cpu.stat), in containers too.
// Reads a few small files per call; safe from any thread.
// Source: Linux kernel documentation, "Control Group v2", CPU; "CFS Bandwidth Control".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace loadline::load {

/// The content of a file; nothing if it cannot be read.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;

/// Reads from the file system.
[[nodiscard]] std::optional<std::string> ReadSystemText(const std::string& path);

class Cgroup {
 public:
  /// Finds the groups that limit this process: its own and those above it.
  [[nodiscard]] static Cgroup Find(const ReadText& read = ReadSystemText);

  /// CPUs allowed at a time (0.5, 1, 2.5…); nothing if no limit is set.
  [[nodiscard]] std::optional<double> cpu_limit() const { return cpu_limit_; }

  /// How long all groups with a limit have been throttled so far, together; 0 without a limit.
  [[nodiscard]] Duration Throttled(const ReadText& read = ReadSystemText) const;

 private:
  void AddV2(const std::string& folder, const ReadText& read);
  void AddV1(const std::string& folder, const ReadText& read);
  void AddLimit(double cpus, const std::string& folder);

  std::optional<double> cpu_limit_;
  std::vector<std::string> stat_files_;  // cpu.stat of every group that has a limit.
};

}  // namespace loadline::load
