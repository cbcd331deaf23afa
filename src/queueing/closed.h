// M/M/c//N: a closed loop of N users who think, send, and wait for the answer.
//
// Think times exponential with mean Z, service as in M/M/c. Exact; what `find --by users` is
// checked against. Pure arithmetic, safe from any thread. Arguments outside their ranges are bugs
// and abort. Source: L. Kleinrock, "Queueing Systems", volume 1, 1975, section 3.8 (finite
// population); arrivals see the system as it would be without them: S. Lavenberg, M. Reiser,
// "Stationary State Probabilities at Arrival Instants for Closed Queueing Networks", Journal of
// Applied Probability 17(4), 1980.
#pragma once

#include <vector>

#include "base/units.h"
#include "queueing/mmc.h"

namespace loadline::queueing {

struct ClosedSystem {
  Servers servers;
  Duration think{};  ///< Z, mean pause after an answer, > 0.
};

/// P(k requests in flight) for k = 0 … users, at a random instant; users >= 0.
[[nodiscard]] std::vector<double> InFlightShares(const ClosedSystem& system, int users);

/// What an arriving request of one of `users` >= 1 finds in flight, k = 0 … users − 1.
[[nodiscard]] std::vector<double> FoundOnArrival(const ClosedSystem& system, int users);

/// Answers per second of all users together.
[[nodiscard]] Rate Throughput(const ClosedSystem& system, int users);

/// Mean response time, users / throughput − Z; users >= 1.
[[nodiscard]] Duration MeanResponse(const ClosedSystem& system, int users);

/// P(response > t), t >= 0, users >= 1.
[[nodiscard]] double ResponseTail(const ClosedSystem& system, int users, Duration t);

/// The load line in users: the highest number, at most `most`, with P(response > t) <= `late` in
/// (0, 1); 0 where one user already breaks it.
[[nodiscard]] int UserLine(const ClosedSystem& system, Duration t, double late,
                           int most = 1'000'000);

}  // namespace loadline::queueing
