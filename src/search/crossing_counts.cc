#include "search/crossing_counts.h"

#include <algorithm>
#include <utility>

namespace loadline::search {

void CrossingBatch::Add(const CrossingBatch& other) {
  if (states.size() < other.states.size()) {
    states.resize(other.states.size());
  }
  for (std::size_t i = 0; i < other.states.size(); ++i) {
    states[i].seconds += other.states[i].seconds;
    states[i].departures += other.states[i].departures;
  }
  for (std::size_t objective = 0; objective < outcomes.size(); ++objective) {
    std::vector<OutcomeCount>& mine = outcomes[objective];
    const std::vector<OutcomeCount>& others = other.outcomes[objective];
    if (mine.size() < others.size()) {
      mine.resize(others.size());
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
      mine[i].found += others[i].found;
      mine[i].late += others[i].late;
    }
  }
}

void CrossingBatch::Clear() {
  states.clear();
  for (std::vector<OutcomeCount>& outcome : outcomes) {
    outcome.clear();
  }
}

CrossingCounts::CrossingCounts(std::int64_t arrivals_per_batch, int objectives)
    : arrivals_per_unit_(arrivals_per_batch),
      objectives_(objectives),
      in_unit_(arrivals_per_batch),
      batches_(kMostBatches + 1) {
  CHECK(arrivals_per_batch >= 1);
  CHECK(objectives >= 0);
  for (CrossingBatch& batch : batches_) {
    batch.outcomes.resize(static_cast<std::size_t>(objectives));
  }
}

int CrossingCounts::FullBefore(std::uint32_t unit) const {
  if (unit <= first_unit_) {
    return 0;
  }
  // Compared as unsigned: `unit` may be the largest number there is, "all are decided".
  const std::uint32_t before = (unit - first_unit_) >> merges_;
  return static_cast<int>(std::min(before, static_cast<std::uint32_t>(full())));
}

OutcomeCount& CrossingCounts::Outcome(int objective, std::uint32_t unit, std::uint32_t bin) {
  if (unit < first_unit_) {
    return forgotten_;
  }
  const std::size_t index = (unit - first_unit_) >> merges_;
  std::vector<OutcomeCount>& outcomes =
      batches_[index].outcomes[static_cast<std::size_t>(objective)];
  if (bin >= outcomes.size()) {
    outcomes.resize(bin + bin / 4 + 8);
  }
  return outcomes[bin];
}

void CrossingCounts::NextUnit() {
  ++unit_;
  in_unit_ = 0;
  current_ = static_cast<int>((unit_ - first_unit_) >> merges_);
  if (current_ >= kMostBatches) {
    MergePairs();
    current_ = static_cast<int>((unit_ - first_unit_) >> merges_);
  }
}

void CrossingCounts::MergePairs() {
  constexpr std::size_t kHalf = kMostBatches / 2;
  for (std::size_t i = 0; i < kHalf; ++i) {
    batches_[2 * i].Add(batches_[2 * i + 1]);
    if (i > 0) {
      std::swap(batches_[i], batches_[2 * i]);
    }
  }
  for (std::size_t i = kHalf; i < batches_.size(); ++i) {
    batches_[i].Clear();
  }
  ++merges_;
}

void CrossingCounts::DropFirst(int count) {
  CHECK(count >= 0 && count <= full());
  first_unit_ += static_cast<std::uint32_t>(count) << merges_;
  std::rotate(batches_.begin(), batches_.begin() + count, batches_.end());
  for (std::size_t i = batches_.size() - static_cast<std::size_t>(count); i < batches_.size();
       ++i) {
    batches_[i].Clear();
  }
  current_ -= count;
}

}  // namespace loadline::search
