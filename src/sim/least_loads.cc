#include "sim/least_loads.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace loadline::sim {
namespace {

/// Without a branch, so that it becomes vector instructions.
int LeastOf16(const int* node) {
  int least = node[0];
  for (std::size_t i = 1; i < 16; ++i) {
    least = node[i] < least ? node[i] : least;
  }
  return least;
}

}  // namespace

void LeastLoads::Assign(std::span<const int> loads) {
  CHECK(!loads.empty());
  size_ = loads.size();
  levels_.assign(1, std::vector<int>(loads.begin(), loads.end()));
  for (;;) {
    std::vector<int>& below = levels_.back();
    below.resize((below.size() + kWays - 1) / kWays * kWays, kNever);
    if (below.size() == kWays) {
      return;
    }
    std::vector<int> level;
    for (std::size_t i = 0; i < below.size(); i += kWays) {
      level.push_back(LeastOf16(&below[i]));
    }
    levels_.push_back(std::move(level));
  }
}

void LeastLoads::Set(std::size_t pod, int load) {
  levels_[0][pod] = load;
  std::size_t place = pod / kWays;
  for (std::size_t level = 1; level < levels_.size(); ++level, place /= kWays) {
    const int least = LeastOf16(&levels_[level - 1][place * kWays]);
    if (levels_[level][place] == least) {
      return;
    }
    levels_[level][place] = least;
  }
}

std::size_t LeastLoads::Descend(std::size_t level, std::size_t place, int least) const {
  for (; level > 0; --level) {
    place *= kWays;
    while (levels_[level - 1][place] != least) {
      ++place;
    }
  }
  return place;
}

std::size_t LeastLoads::FirstFrom(std::size_t from) const {
  const std::vector<int>& top = levels_.back();
  const int least = LeastOf16(top.data());
  // From `from` to the end of its node, then what is right of that node one level up, and so on.
  std::size_t place = from;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const std::size_t end = (place / kWays + 1) * kWays;
    for (; place < end && place < levels_[level].size(); ++place) {
      if (levels_[level][place] == least) {
        return Descend(level, place, least);
      }
    }
    place = end / kWays;
  }
  const auto first = std::find(top.begin(), top.end(), least);
  return Descend(levels_.size() - 1, static_cast<std::size_t>(first - top.begin()), least);
}

}  // namespace loadline::sim
