#include "stats/histogram.h"

#include <cmath>

namespace loadline::stats {
namespace {

// Written out because the return type of std::bit_width differs between standard libraries.
int BitWidth(std::uint64_t x) {
  return static_cast<int>(std::bit_width(x));
}

constexpr std::uint64_t kMaxBuckets = 1U << 22;  // 16 MiB of 32-bit counts.

struct Geometry {
  int block_bits;
  int unit_bits;
  std::uint64_t blocks;
};

// As HdrHistogram derives it: 2·10^digits sub-buckets rounded up to a power of two, in two blocks;
// then a block for each doubling that it takes to reach `highest`.
Geometry Derive(const HistogramLayout& layout) {
  std::uint64_t precise = 2;
  for (int i = 0; i < layout.digits; ++i) {
    precise *= 10;
  }
  const int block_bits = BitWidth(precise - 1) - 1;
  const int unit_bits = BitWidth(static_cast<std::uint64_t>(layout.lowest.count())) - 1;
  const int top_bits = BitWidth(static_cast<std::uint64_t>(layout.highest.count()));
  const int doublings = std::max(0, top_bits - block_bits - 1 - unit_bits);
  return {.block_bits = block_bits,
          .unit_bits = unit_bits,
          .blocks = static_cast<std::uint64_t>(doublings) + 2};
}

// What a bucket's values count as in a mean: HdrHistogram's "median equivalent value".
Duration Middle(Duration low, Duration high) {
  return low + (high - low + Duration(1)) / 2;
}

}  // namespace

Status ValidateLayout(const HistogramLayout& layout) {
  if (layout.digits < 1 || layout.digits > 5) {
    return Error{ErrorCode::kInvalidArgument, "histogram: significant digits must be 1 to 5"};
  }
  if (layout.lowest < Duration(1) || layout.lowest.count() > (std::int64_t{1} << 40)) {
    return Error{ErrorCode::kInvalidArgument,
                 "histogram: the lowest discernible value must be 1 to 2^40"};
  }
  if (layout.highest / 2 < layout.lowest) {
    return Error{ErrorCode::kInvalidArgument,
                 "histogram: the highest value must be at least twice the lowest"};
  }
  const Geometry geometry = Derive(layout);
  if (geometry.blocks << geometry.block_bits > kMaxBuckets) {
    return Error{
        ErrorCode::kInvalidArgument,
        "histogram: the layout needs more than 16 MiB; use fewer digits or a smaller range"};
  }
  return {};
}

Histogram::Histogram(const HistogramLayout& layout) : layout_(layout) {
  CHECK(ValidateLayout(layout).has_value());
  const Geometry geometry = Derive(layout);
  blocks_.resize(geometry.blocks);
  block_bits_ = geometry.block_bits;
  block_mask_ = (1U << block_bits_) - 1;
  unit_bits_ = geometry.unit_bits;
  base_mask_ = ((std::uint64_t{2} << block_bits_) - 1) << unit_bits_;
  highest_ = layout.highest.count();
}

std::uint32_t* Histogram::AllocateBlock(std::uint32_t index) {
  std::unique_ptr<std::uint32_t[]>& block = blocks_[index >> block_bits_];
  block = std::make_unique<std::uint32_t[]>(std::size_t{1} << block_bits_);  // All zero.
  return block.get();
}

Histogram::Histogram(const Histogram& other) : Histogram(other.layout_) {
  Add(other);
}

Histogram& Histogram::operator=(const Histogram& other) {
  if (this != &other) {
    if (!blocks_.empty() && layout_ == other.layout_) {
      Reset();
      Add(other);
    } else {
      *this = Histogram(other);
    }
  }
  return *this;
}

void Histogram::RecordN(Duration value, std::int64_t times) {
  AddAtIndex(IndexOf(value), times);
}

void Histogram::AddAtIndex(std::size_t index, std::int64_t times) {
  CHECK(index < BucketCount() && times >= 0);
  if (times == 0) {
    return;
  }
  const std::uint32_t i = static_cast<std::uint32_t>(index);
  std::uint32_t* block = blocks_[i >> block_bits_].get();
  block = block != nullptr ? block : AllocateBlock(i);
  std::uint32_t& count = block[i & block_mask_];
  const std::uint64_t sum = static_cast<std::uint64_t>(times) + count;
  count = static_cast<std::uint32_t>(sum);
  count_ += times;
  if (const std::uint32_t over = static_cast<std::uint32_t>(sum >> 32); over != 0) {
    Carry(i, over);
  }
}

void Histogram::Add(const Histogram& other) {
  CHECK(layout_ == other.layout_);
  if (&other == this) {
    Add(Histogram(other));
    return;
  }
  for (std::size_t b = 0; b < other.blocks_.size(); ++b) {
    const std::uint32_t* from = other.blocks_[b].get();
    // A block that is empty since a Reset is not worth one here.
    if (from == nullptr || (blocks_[b] == nullptr && std::all_of(from, from + block_mask_ + 1,
                                                                 [](auto n) { return n == 0; }))) {
      continue;
    }
    const std::uint32_t begin = static_cast<std::uint32_t>(b << block_bits_);
    std::uint32_t* to = blocks_[b] != nullptr ? blocks_[b].get() : AllocateBlock(begin);
    // In two passes, so that the first is vector instructions; a carry is rare.
    std::uint32_t over = 0;
    for (std::uint32_t i = 0; i <= block_mask_; ++i) {
      to[i] += from[i];
      over |= to[i] < from[i] ? 1U : 0U;
    }
    for (std::uint32_t i = 0; over != 0 && i <= block_mask_; ++i) {
      if (to[i] < from[i]) {
        Carry(begin + i, 1);
      }
    }
  }
  for (const CarryCount& carry : other.carries_) {
    Carry(carry.index, carry.times);
  }
  count_ += other.count_;
}

void Histogram::Reset() {
  for (const std::unique_ptr<std::uint32_t[]>& block : blocks_) {
    if (block != nullptr) {
      std::fill_n(block.get(), block_mask_ + std::size_t{1}, 0U);
    }
  }
  carries_.clear();
  count_ = 0;
}

void Histogram::Carry(std::uint32_t index, std::uint32_t times) {
  for (CarryCount& carry : carries_) {
    if (carry.index == index) {
      carry.times += times;
      return;
    }
  }
  carries_.push_back({.index = index, .times = times});
}

std::int64_t Histogram::CarriedAtIndex(std::size_t index) const {
  for (const CarryCount& carry : carries_) {
    if (carry.index == index) {
      return static_cast<std::int64_t>(carry.times) << 32;
    }
  }
  return 0;
}

std::size_t Histogram::UsedEnd() const {
  for (std::size_t i = BucketCount(); i-- > 0;) {
    if (blocks_[i >> block_bits_] == nullptr) {
      i &= ~std::size_t{block_mask_};  // None in this block: go on before it.
    } else if (CountAtIndex(i) > 0) {
      return i + 1;
    }
  }
  return 0;
}

int Histogram::ShiftAtIndex(std::size_t index) const {
  return unit_bits_ + std::max(0, static_cast<int>(index >> block_bits_) - 1);
}

Duration Histogram::LowestAtIndex(std::size_t index) const {
  const int shift = ShiftAtIndex(index);
  const std::size_t doublings = static_cast<std::size_t>(shift - unit_bits_);
  const std::size_t sub = index - (doublings << block_bits_);
  return Duration(static_cast<std::int64_t>(sub) << shift);
}

Duration Histogram::HighestAtIndex(std::size_t index) const {
  const std::int64_t width = std::int64_t{1} << ShiftAtIndex(index);
  // The last bucket of a layout that reaches 2^63 - 1 ends exactly there, so subtract first.
  return Duration(LowestAtIndex(index).count() + (width - 1));
}

Duration Histogram::Min() const {
  return empty() ? Duration::zero() : LowestAtIndex(IndexOfRank(1));
}

Duration Histogram::Max() const {
  return empty() ? Duration::zero() : HighestAtIndex(UsedEnd() - 1);
}

Duration Histogram::Mean() const {
  if (empty()) {
    return Duration::zero();
  }
  double sum = 0;
  ForEach([&](Duration low, Duration high, std::int64_t n) {
    sum += static_cast<double>(Middle(low, high).count()) * static_cast<double>(n);
  });
  return FromSeconds(sum / static_cast<double>(count_) * 1e-9);
}

Duration Histogram::Stddev() const {
  if (empty()) {
    return Duration::zero();
  }
  const double mean = static_cast<double>(Mean().count());
  double squares = 0;
  ForEach([&](Duration low, Duration high, std::int64_t n) {
    const double away = static_cast<double>(Middle(low, high).count()) - mean;
    squares += away * away * static_cast<double>(n);
  });
  return FromSeconds(std::sqrt(squares / static_cast<double>(count_)) * 1e-9);
}

Duration Histogram::ValueAtQuantile(double quantile, std::int64_t infinite) const {
  CHECK(quantile >= 0 && quantile <= 1 && infinite >= 0);
  const std::int64_t total = count_ + infinite;
  if (total == 0) {
    return Duration::zero();
  }
  // The next smaller double, so that 0.95 of 100 is rank 95 although 0.95 is not representable.
  const double rank_real = std::nextafter(quantile, 0.0) * static_cast<double>(total);
  const std::int64_t rank =
      std::clamp(static_cast<std::int64_t>(std::ceil(rank_real)), std::int64_t{1}, total);
  return rank > count_ ? Duration::max() : HighestAtIndex(IndexOfRank(rank));
}

std::size_t Histogram::IndexOfRank(std::int64_t rank) const {
  std::int64_t seen = 0;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::uint32_t* block = blocks_[b].get();
    if (block == nullptr) {
      continue;
    }
    // Whole blocks first, as vector instructions.
    const std::size_t begin = b << block_bits_;
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i <= block_mask_; ++i) {
      sum += block[i];
    }
    if (carries_.empty() && seen + static_cast<std::int64_t>(sum) < rank) {
      seen += static_cast<std::int64_t>(sum);
      continue;
    }
    for (std::size_t i = begin; i <= begin + block_mask_; ++i) {
      seen += CountAtIndex(i);
      if (seen >= rank) {
        return i;
      }
    }
  }
  CHECK(false);
}

std::int64_t Histogram::CountAbove(Duration threshold) const {
  if (empty() || threshold.count() >= highest_) {
    return 0;
  }
  const Duration last_not_above =
      threshold < Duration::zero() ? Duration(-1) : HighestAtIndex(IndexOf(threshold));
  std::int64_t above = 0;
  ForEach([&](Duration low, Duration, std::int64_t n) { above += low > last_not_above ? n : 0; });
  return above;
}

double Histogram::ShareAbove(Duration threshold) const {
  return empty() ? 0.0 : static_cast<double>(CountAbove(threshold)) / static_cast<double>(count_);
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.layout_ != b.layout_ || a.count_ != b.count_) {
    return false;
  }
  for (std::size_t i = 0; i < a.BucketCount(); ++i) {
    if (a.CountAtIndex(i) != b.CountAtIndex(i)) {
      return false;
    }
  }
  return true;
}

}  // namespace loadline::stats
