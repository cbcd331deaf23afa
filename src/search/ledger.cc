#include "search/ledger.h"

#include <utility>

namespace loadline::search {

void Ledger::Grow() {
  std::vector<LedgerEntry> larger(ring_.size() * 2);
  for (std::uint64_t number = first_; number < end_; ++number) {
    larger[number & (larger.size() - 1)] = At(number);
  }
  ring_ = std::move(larger);
}

}  // namespace loadline::search
