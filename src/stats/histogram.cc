#include "stats/histogram.h"

#include <cmath>
#include <cstring>

namespace loadline::stats {
namespace {

// Written out because the return type of std::bit_width differs between standard libraries.
int BitWidth(std::uint64_t x) {
  return static_cast<int>(std::bit_width(x));
}

constexpr std::uint64_t kMaxBuckets = 1U << 22;  // 16 MiB of 32-bit counts.

struct Geometry {
  int significant_bits;
  int unit_bits;
  std::uint64_t buckets;
};

// As HdrHistogram derives it: 2·10^digits sub-buckets rounded up to a power of two, then as many
// doublings as it takes to reach `highest`.
Geometry Derive(const HistogramLayout& layout) {
  std::uint64_t precise = 2;
  for (int i = 0; i < layout.digits; ++i) {
    precise *= 10;
  }
  const int significant_bits = BitWidth(precise - 1);
  const int unit_bits = BitWidth(static_cast<std::uint64_t>(layout.lowest.count())) - 1;
  const int top_bits = BitWidth(static_cast<std::uint64_t>(layout.highest.count()));
  const int doublings = std::max(0, top_bits - significant_bits - unit_bits);
  return {.significant_bits = significant_bits,
          .unit_bits = unit_bits,
          .buckets = static_cast<std::uint64_t>(doublings + 2) << (significant_bits - 1)};
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
  if (Derive(layout).buckets > kMaxBuckets) {
    return Error{
        ErrorCode::kInvalidArgument,
        "histogram: the layout needs more than 16 MiB; use fewer digits or a smaller range"};
  }
  return {};
}

Histogram::Histogram(const HistogramLayout& layout) : layout_(layout) {
  CHECK(ValidateLayout(layout).has_value());
  const Geometry geometry = Derive(layout);
  significant_bits_ = geometry.significant_bits;
  unit_bits_ = geometry.unit_bits;
  bucket_count_ = static_cast<std::uint32_t>(geometry.buckets);
  base_mask_ = ((std::uint64_t{1} << significant_bits_) - 1) << unit_bits_;
  highest_ = layout.highest.count();
  // calloc, not a vector: fresh pages stay untouched, and so unused, until something is counted
  // there.
  counts_.reset(static_cast<std::uint32_t*>(std::calloc(bucket_count_, sizeof(std::uint32_t))));
  CHECK(counts_ != nullptr);
}

Histogram::Histogram(const Histogram& other) : Histogram(other.layout_) {
  Add(other);
}

Histogram& Histogram::operator=(const Histogram& other) {
  if (this != &other) {
    if (counts_ != nullptr && layout_ == other.layout_) {
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
  CHECK(index < bucket_count_ && times >= 0);
  if (times == 0) {
    return;
  }
  const std::uint32_t i = static_cast<std::uint32_t>(index);
  count_ += times;
  Widen(i);
  const std::uint64_t sum = static_cast<std::uint64_t>(times) + counts_[i];
  counts_[i] = static_cast<std::uint32_t>(sum);
  if (const std::uint32_t over = static_cast<std::uint32_t>(sum >> 32); over != 0) {
    Carry(i, over);
  }
}

void Histogram::Add(const Histogram& other) {
  CHECK(layout_ == other.layout_);
  if (other.empty()) {
    return;
  }
  if (&other == this) {
    Add(Histogram(other));
    return;
  }
  // Written so that the compiler can see two plain arrays; carries are rare.
  for (std::size_t i = other.first_; i <= other.last_; ++i) {
    const std::uint32_t sum = counts_[i] + other.counts_[i];
    const bool over = sum < counts_[i];
    counts_[i] = sum;
    if (over) [[unlikely]] {
      Carry(static_cast<std::uint32_t>(i), 1);
    }
  }
  for (const CarryCount& carry : other.carries_) {
    Carry(carry.index, carry.times);
  }
  count_ += other.count_;
  first_ = std::min(first_, other.first_);
  last_ = std::max(last_, other.last_);
}

void Histogram::Reset() {
  if (count_ > 0) {
    std::memset(counts_.get() + first_, 0, (last_ - first_ + std::size_t{1}) * sizeof(counts_[0]));
  }
  carries_.clear();
  count_ = 0;
  first_ = UINT32_MAX;
  last_ = 0;
}

// Out of line, so that Record only compares: stores to the ends would chain one call to the next.
void Histogram::Widen(std::uint32_t index) {
  first_ = std::min(first_, index);
  last_ = std::max(last_, index);
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

std::int64_t Histogram::CountWithCarry(std::size_t index) const {
  std::uint64_t count = counts_[index];
  for (const CarryCount& carry : carries_) {
    if (carry.index == index) {
      count += static_cast<std::uint64_t>(carry.times) << 32;
    }
  }
  return static_cast<std::int64_t>(count);
}

int Histogram::ShiftAtIndex(std::size_t index) const {
  const int doubling = static_cast<int>(index >> (significant_bits_ - 1));
  return unit_bits_ + std::max(0, doubling - 1);
}

Duration Histogram::LowestAtIndex(std::size_t index) const {
  const int shift = ShiftAtIndex(index);
  const std::size_t doubling = static_cast<std::size_t>(shift - unit_bits_);
  const std::size_t sub = index - (doubling << (significant_bits_ - 1));
  return Duration(static_cast<std::int64_t>(sub) << shift);
}

Duration Histogram::HighestAtIndex(std::size_t index) const {
  const std::int64_t width = std::int64_t{1} << ShiftAtIndex(index);
  // The last bucket of a layout that reaches 2^63 - 1 ends exactly there, so subtract first.
  return Duration(LowestAtIndex(index).count() + (width - 1));
}

Duration Histogram::Min() const {
  return empty() ? Duration::zero() : LowestAtIndex(first_);
}

Duration Histogram::Max() const {
  return empty() ? Duration::zero() : HighestAtIndex(last_);
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
  if (rank > count_) {
    return Duration::max();
  }
  std::int64_t seen = 0;
  for (std::size_t i = first_; i < last_; ++i) {
    seen += CountAtIndex(i);
    if (seen >= rank) {
      return HighestAtIndex(i);
    }
  }
  return HighestAtIndex(last_);
}

std::int64_t Histogram::CountAbove(Duration threshold) const {
  if (empty() || threshold.count() >= highest_) {
    return 0;
  }
  const std::size_t begin = threshold < Duration::zero() ? 0 : IndexOf(threshold) + std::size_t{1};
  std::int64_t above = 0;
  for (std::size_t i = std::max<std::size_t>(begin, first_); i <= last_; ++i) {
    above += CountAtIndex(i);
  }
  return above;
}

double Histogram::ShareAbove(Duration threshold) const {
  return empty() ? 0.0 : static_cast<double>(CountAbove(threshold)) / static_cast<double>(count_);
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.layout_ != b.layout_ || a.count_ != b.count_) {
    return false;
  }
  if (a.count_ == 0) {
    return true;
  }
  if (a.first_ != b.first_ || a.last_ != b.last_) {
    return false;
  }
  for (std::size_t i = a.first_; i <= a.last_; ++i) {
    if (a.CountAtIndex(i) != b.CountAtIndex(i)) {
      return false;
    }
  }
  return true;
}

}  // namespace loadline::stats
