// RowSink: who keeps the rows of a simulated run.
#pragma once

#include "measure/row.h"

namespace loadline::sim {

class RowSink {
 public:
  enum class Fate {
    kStored,
    kSkipped,  ///< Left out by choice.
    kLost,     ///< It could not be written.
  };

  virtual ~RowSink() = default;

  /// An attempt has ended. Its stamps count from kRunEpoch (sim_prober.h).
  [[nodiscard]] virtual Fate Take(const measure::Row& row) = 0;
};

}  // namespace loadline::sim
