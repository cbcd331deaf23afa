// A high dynamic range histogram of durations: every value kept to three significant digits.
//
// The layout, the quantile convention and the encoding (stats/histogram_codec.h) are those of
// HdrHistogram (hdrhistogram.org). The counts of the default layout, 26 blocks of 1,024, are 32
// bits wide and carry into a side list, so that a count is exact up to 2^63; a block, one doubling
// of the value, is allocated when something is first counted in it. So recording is a handful of
// instructions, and a typical histogram takes 20 to 30 KiB of the 104 that all blocks would.
// One thread writes; reading needs the same thread or a copy.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::stats {

/// What a histogram can tell apart. Two histograms merge only if their layouts are equal.
struct HistogramLayout {
  Duration lowest{
      128};  ///< Smallest difference kept apart, >= 1 ns (rounded down to a power of two).
  Duration highest =
      std::chrono::hours(1);  ///< Largest value kept; above it: saturation. >= 2 lowest.
  int digits = 3;             ///< Significant decimal digits kept, 1 to 5.

  friend bool operator==(const HistogramLayout&, const HistogramLayout&) = default;
};

/// Whether `layout` is within its ranges and needs at most 16 MiB of counts.
///
/// Errors: kInvalidArgument, naming the field.
[[nodiscard]] Status ValidateLayout(const HistogramLayout& layout);

class Histogram {
 public:
  /// An empty histogram. An invalid layout is a bug and aborts (ask ValidateLayout first).
  explicit Histogram(const HistogramLayout& layout = {});

  Histogram(const Histogram& other);
  Histogram& operator=(const Histogram& other);
  /// A histogram that was moved from may only be assigned to or destroyed.
  Histogram(Histogram&&) noexcept = default;
  Histogram& operator=(Histogram&&) noexcept = default;
  ~Histogram() = default;

  /// Counts `value` once. Below 0 it counts as 0, above the layout's highest as the highest.
  void Record(Duration value) { RecordAtIndex(IndexOf(value)); }
  /// The same, with IndexOf() of the value: for a value that several histograms of one layout
  /// count.
  void RecordAtIndex(std::uint32_t index) {
    std::uint32_t* block = blocks_[index >> block_bits_].get();
    if (block == nullptr) [[unlikely]] {
      block = AllocateBlock(index);
    }
    ++count_;
    if (++block[index & block_mask_] == 0) [[unlikely]] {
      Carry(index, 1);
    }
  }

  /// Counts `value` `times` >= 0 times.
  void RecordN(Duration value, std::int64_t times);

  /// Adds every count of `other`, without loss. The layouts must be equal (else: aborts).
  void Add(const Histogram& other);

  /// Back to empty; keeps its blocks, so that recording the like of what it held allocates nothing.
  void Reset();

  /// Number of values recorded.
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] const HistogramLayout& layout() const { return layout_; }

  /// The least value equivalent to the smallest one recorded; 0 when empty.
  [[nodiscard]] Duration Min() const;
  /// The greatest value equivalent to the largest one recorded; 0 when empty.
  [[nodiscard]] Duration Max() const;
  /// Mean, each value taken as the middle of its bucket (within 0.05 %); 0 when empty.
  [[nodiscard]] Duration Mean() const;
  /// Standard deviation of the values (divisor n), by the same rule; 0 when empty.
  [[nodiscard]] Duration Stddev() const;

  /// The smallest bucket top v such that at least `quantile` (in [0, 1]) of the values are <= v:
  /// HdrHistogram's convention, so that a quantile is never understated. 0 when empty.
  ///
  /// `infinite` further values count as infinitely slow (failed requests): where the quantile falls
  /// among them the answer is Duration::max().
  [[nodiscard]] Duration ValueAtQuantile(double quantile, std::int64_t infinite = 0) const;

  /// How many values lie in buckets wholly above `threshold` (values in its own bucket do not
  /// count, so it may miss what exceeds the threshold by less than 0.1 %).
  [[nodiscard]] std::int64_t CountAbove(Duration threshold) const;
  /// CountAbove as a share of count(), in [0, 1]; 0 when empty.
  [[nodiscard]] double ShareAbove(Duration threshold) const;

  /// Calls `visit(lowest, highest, count)` for every bucket that holds something, in rising order;
  /// both ends belong to the bucket.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      if (blocks_[block] == nullptr) {
        continue;
      }
      const std::size_t begin = block << block_bits_;
      for (std::size_t i = begin; i <= begin + block_mask_; ++i) {
        if (const std::int64_t n = CountAtIndex(i); n > 0) {
          visit(LowestAtIndex(i), HighestAtIndex(i), n);
        }
      }
    }
  }

  // By bucket index, for the codec and for tests. Indices run from 0 to BucketCount() - 1.

  [[nodiscard]] std::size_t BucketCount() const { return blocks_.size() << block_bits_; }
  /// One past the last index that holds something; 0 when empty.
  [[nodiscard]] std::size_t UsedEnd() const;
  [[nodiscard]] std::int64_t CountAtIndex(std::size_t index) const {
    const std::uint32_t* block = blocks_[index >> block_bits_].get();
    const std::int64_t low = block == nullptr ? 0 : block[index & block_mask_];
    return carries_.empty() ? low : low + CarriedAtIndex(index);
  }
  /// Adds `times` >= 0 to one bucket.
  void AddAtIndex(std::size_t index, std::int64_t times);
  [[nodiscard]] Duration LowestAtIndex(std::size_t index) const;
  [[nodiscard]] Duration HighestAtIndex(std::size_t index) const;

  /// The bucket that counts `value`.
  [[nodiscard]] std::uint32_t IndexOf(Duration value) const {
    const std::int64_t clamped = std::clamp(value.count(), std::int64_t{0}, highest_);
    const std::uint64_t v = static_cast<std::uint64_t>(clamped);
    // Buckets double in width each time the value doubles, once it has used up its sub-buckets.
    const int shift = static_cast<int>(std::bit_width(v | base_mask_)) - block_bits_ - 1;
    return (static_cast<std::uint32_t>(shift - unit_bits_) << block_bits_) +
           static_cast<std::uint32_t>(v >> shift);
  }

  /// Same layout and the same counts.
  friend bool operator==(const Histogram& a, const Histogram& b);

 private:
  /// How often the count at `index` has run over 2^32.
  struct CarryCount {
    std::uint32_t index;
    std::uint32_t times;
  };

  /// Allocates the block of `index`, which must have none.
  std::uint32_t* AllocateBlock(std::uint32_t index);
  void Carry(std::uint32_t index, std::uint32_t times);
  [[nodiscard]] std::int64_t CarriedAtIndex(std::size_t index) const;
  [[nodiscard]] int ShiftAtIndex(std::size_t index) const;
  /// The bucket of the value with `rank` (1 = smallest, at most count()).
  [[nodiscard]] std::size_t IndexOfRank(std::int64_t rank) const;

  // What Record touches. The first two blocks hold values up to base_mask_ in buckets of equal
  // width, each further one a doubling of the value in buckets twice as wide as those before.
  std::vector<std::unique_ptr<std::uint32_t[]>> blocks_;
  std::int64_t count_ = 0;
  // Constant after construction.
  std::uint64_t base_mask_ = 0;
  std::int64_t highest_ = 0;  // [ns]
  int block_bits_ = 0;        // log2 of the counts in a block.
  int unit_bits_ = 0;         // log2 of the lowest discernible value.
  std::uint32_t block_mask_ = 0;
  HistogramLayout layout_;
  // Rarely used.
  std::vector<CarryCount> carries_;
};

}  // namespace loadline::stats
