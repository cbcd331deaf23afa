#include "sim/replicate.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "base/parallel.h"

namespace loadline::sim {

Result<std::vector<measure::Measurement>> Replicate(const SimOptions& options,
                                                    const measure::Load& load, int count,
                                                    int threads) {
  CHECK(count >= 1);
  std::vector<std::optional<Result<measure::Measurement>>> found(static_cast<std::size_t>(count));
  ForEachParallel(count, threads, [&](int number) {
    const auto extra = static_cast<std::uint64_t>(number);
    SimOptions own = options;
    own.seed += extra;
    measure::Load own_load = load;
    own_load.seed += extra;
    SimProber prober(std::move(own));
    measure::Unobserved nobody;
    found[static_cast<std::size_t>(number)] = prober.Probe(own_load, nobody);
  });
  std::vector<measure::Measurement> measurements;
  measurements.reserve(found.size());
  for (std::optional<Result<measure::Measurement>>& each : found) {
    measurements.push_back(TRY(*std::move(each)));
  }
  return measurements;
}

}  // namespace loadline::sim
