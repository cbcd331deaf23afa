#include "load/cgroup.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>

namespace loadline::load {
namespace {

constexpr std::string_view kMount = "/sys/fs/cgroup";

std::optional<double> ParsePositive(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0.0) {
    return std::nullopt;  // v1 writes -1 for "no limit".
  }
  return value;
}

/// The number behind `key` in a file of `key value` lines; 0 if it is not there.
double ValueOf(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  std::string name;
  std::string value;
  while (lines >> name >> value) {
    if (name == key) {
      return ParsePositive(value).value_or(0.0);
    }
  }
  return 0.0;
}

/// `path`, then each group above it, the mount point last.
std::vector<std::string> Upwards(const std::string& mount, std::string path) {
  std::vector<std::string> folders;
  while (!path.empty() && path != "/") {
    folders.push_back(mount + path);
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
  folders.push_back(mount);
  return folders;
}

bool HasController(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == wanted) {
      return true;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string> ReadSystemText(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return std::nullopt;
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Cgroup Cgroup::Find(const ReadText& read) {
  Cgroup found;
  std::istringstream lines(read("/proc/self/cgroup").value_or(""));
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      for (const std::string& folder : Upwards(std::string(kMount), path)) {
        found.AddV2(folder, read);
      }
    } else if (HasController(controllers, "cpu")) {
      for (const std::string& mount :
           {std::string(kMount) + "/cpu", std::string(kMount) + "/cpu,cpuacct"}) {
        if (read(mount + "/cpu.stat")) {
          for (const std::string& folder : Upwards(mount, path)) {
            found.AddV1(folder, read);
          }
          break;
        }
      }
    }
  }
  return found;
}

void Cgroup::AddV2(const std::string& folder, const ReadText& read) {
  const std::optional<std::string> text = read(folder + "/cpu.max");
  if (!text) {
    return;
  }
  std::istringstream words(*text);  // `150000 100000`, or `max 100000`.
  std::string quota;
  std::string period;
  words >> quota >> period;
  const std::optional<double> quota_us = ParsePositive(quota);
  const std::optional<double> period_us = ParsePositive(period);
  if (quota_us && period_us) {
    AddLimit(*quota_us / *period_us, folder);
  }
}

void Cgroup::AddV1(const std::string& folder, const ReadText& read) {
  const std::optional<double> quota =
      ParsePositive(read(folder + "/cpu.cfs_quota_us").value_or(""));
  const std::optional<double> period =
      ParsePositive(read(folder + "/cpu.cfs_period_us").value_or(""));
  if (quota && period) {
    AddLimit(*quota / *period, folder);
  }
}

void Cgroup::AddLimit(double cpus, const std::string& folder) {
  cpu_limit_ = std::min(cpu_limit_.value_or(cpus), cpus);
  stat_files_.push_back(folder + "/cpu.stat");
}

Duration Cgroup::Throttled(const ReadText& read) const {
  double seconds = 0.0;
  for (const std::string& path : stat_files_) {
    const std::string text = read(path).value_or("");
    seconds += ValueOf(text, "throttled_usec") * 1e-6;  // v2
    seconds += ValueOf(text, "throttled_time") * 1e-9;  // v1, in ns
  }
  return FromSeconds(seconds);
}

}  // namespace loadline::load
