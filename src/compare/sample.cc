#include "compare/sample.h"

#include <utility>

namespace loadline::compare {
namespace {

void AddBatch(Batch& sum, const Batch& one) {
  sum.response.Add(one.response);
  sum.failed += one.failed;
  sum.seconds += one.seconds;
}

}  // namespace

void RunSample::Add(const measure::Second& second, int task) {
  if (batches_.empty() || in_last_ == each_) {
    if (batches_.size() == 2 * kBatches) {
      // Neighbours in pairs: half as many, twice as long.
      for (std::size_t i = 0; i < kBatches; ++i) {
        Batch merged = std::move(batches_[2 * i]);
        AddBatch(merged, batches_[2 * i + 1]);
        batches_[i] = std::move(merged);
      }
      batches_.resize(kBatches);
      each_ *= 2;
    }
    batches_.emplace_back();
    in_last_ = 0;
  }
  Batch& last = batches_.back();
  const std::int64_t before = last.requests();
  for (std::size_t i = 0; i < second.tasks.size(); ++i) {
    if (task < 0 || static_cast<std::size_t>(task) == i) {
      last.response.Add(second.tasks[i].response);
      last.failed += second.tasks[i].failed;
    }
  }
  last.seconds += 1.0;
  ++in_last_;
  requests_ += last.requests() - before;
  seconds_ += 1.0;
}

Batch RunSample::Whole() const {
  Batch whole;
  for (const Batch& batch : batches_) {
    AddBatch(whole, batch);
  }
  return whole;
}

}  // namespace loadline::compare
