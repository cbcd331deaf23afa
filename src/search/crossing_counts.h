// CrossingCounts: the level-crossing test's statistics, streaming: what happened in each state
// (number of requests in flight) of each batch of arrivals.
//
// Batches have equal numbers of arrivals. When 128 are full, neighbours are merged, so 64 to 127
// full batches are in use however long the probe; a batch holds only the states that it visited.
// Memory: at most 129 batches of 1,728 bins (state_bins.h), typically some 100 KiB.
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "search/state_bins.h"

namespace loadline::search {

/// One state within one batch, whatever the objective.
struct StateCount {
  double seconds = 0.0;          ///< Time spent in the state.
  std::uint32_t departures = 0;  ///< Requests that ended while it lasted.
};

/// One state within one batch, for one objective.
struct OutcomeCount {
  std::uint32_t found = 0;  ///< Arrivals (of the objective's task) that found the state…
  std::uint32_t late = 0;   ///< …and of them those that violated the objective.
};

/// A run of consecutive arrivals and everything between the first of them and the first of the
/// next batch.
struct CrossingBatch {
  std::vector<StateCount> states;                   ///< By bin.
  std::vector<std::vector<OutcomeCount>> outcomes;  ///< By objective, then by bin.

  void Add(const CrossingBatch& other);
  void Clear();
};

class CrossingCounts {
 public:
  static constexpr int kMostBatches = 128;

  /// `arrivals_per_batch` >= 1 of the first batches; `objectives` >= 0.
  CrossingCounts(std::int64_t arrivals_per_batch, int objectives);

  /// `seconds` were spent with `bin` in flight. Before the first arrival nothing counts.
  void Stay(std::uint32_t bin, double seconds) {
    if (current_ >= 0) {
      State(bin).seconds += seconds;
    }
  }
  /// A request ended; `bin` was in flight, itself included.
  void Depart(std::uint32_t bin) {
    if (current_ >= 0) {
      ++State(bin).departures;
    }
  }
  /// The next arrival; starts the next batch when due. Returns its unit, for Found() and Late().
  std::uint32_t Arrive() {
    if (in_unit_ == arrivals_per_unit_) {
      NextUnit();
    }
    ++in_unit_;
    return unit_;
  }
  /// The arrival of `unit` found `bin` in flight, and counts for `objective`.
  void Found(int objective, std::uint32_t unit, std::uint32_t bin) {
    ++Outcome(objective, unit, bin).found;
  }
  /// The arrival of `unit` that found `bin` has violated `objective`.
  void Late(int objective, std::uint32_t unit, std::uint32_t bin) {
    ++Outcome(objective, unit, bin).late;
  }

  /// Arrivals in full batches.
  [[nodiscard]] std::int64_t full_arrivals() const { return full() * arrivals_per_batch(); }
  /// Batches that are full.
  [[nodiscard]] int full() const { return current_ < 0 ? 0 : current_; }
  /// Full batches all of whose arrivals lie before `unit`.
  [[nodiscard]] int FullBefore(std::uint32_t unit) const;
  [[nodiscard]] const CrossingBatch& batch(int i) const {
    return batches_[static_cast<std::size_t>(i)];
  }
  /// Arrivals in each full batch now, and in each of the first.
  [[nodiscard]] std::int64_t arrivals_per_batch() const { return arrivals_per_unit_ << merges_; }
  [[nodiscard]] std::int64_t first_arrivals_per_batch() const { return arrivals_per_unit_; }
  [[nodiscard]] int objectives() const { return objectives_; }

  /// Forgets the first `count` full batches: the target was another one then.
  void DropFirst(int count);

 private:
  StateCount& State(std::uint32_t bin) {
    std::vector<StateCount>& states = batches_[static_cast<std::size_t>(current_)].states;
    if (bin >= states.size()) [[unlikely]] {
      states.resize(bin + bin / 4 + 8);
    }
    return states[bin];
  }
  OutcomeCount& Outcome(int objective, std::uint32_t unit, std::uint32_t bin);
  void NextUnit();
  void MergePairs();

  // Constant after construction.
  std::int64_t arrivals_per_unit_;  // The first batches are one unit long.
  int objectives_;

  std::uint32_t unit_ = UINT32_MAX;  // The unit of the latest arrival.
  std::int64_t in_unit_;             // Arrivals in it.
  std::uint32_t first_unit_ = 0;     // Where batch 0 begins.
  int merges_ = 0;                   // A batch is 2^merges_ units long.
  int current_ = -1;                 // Batch of the latest arrival.
  std::vector<CrossingBatch> batches_;
  OutcomeCount forgotten_;  // Takes the outcomes of dropped batches.
};

}  // namespace loadline::search
