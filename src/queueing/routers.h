// Several routers in front of the same pods, each of which sees only the requests that it sent.
//
// Pure functions. Inside queueing only.
#pragma once

#include <vector>

namespace loadline::queueing {

/// What an arrival finds in its pod when each of `routers` sends to the pod with the fewest of its
/// own requests: P(n there), n = 0 …; the last one is the share that finds no place (0 without a
/// limit).
///
/// Among very many pods a router always finds one with no more than m of its own, m as small as the
/// load allows. A pod with m·routers + j requests has j routers that hold one more there, and gets
/// requests from the others only: arrivals fall with j as those of a finite number of sources do
/// (Engset). `offered`: requests in service per pod, below `servers`. `places`: requests that a pod
/// holds at most. Checked against the simulator only; exact for one router and endless pods.
[[nodiscard]] std::vector<double> FoundBehindRouters(int routers, int servers, double offered,
                                                     int places);

/// The wait of a request from one of `others` + 1 periodic streams of random phases, constant
/// service, one server; in service times. `period` > others + 1: from one request of a stream to
/// its next.
struct PeriodicWait {
  double mean = 0.0;
  double waits = 0.0;  ///< Share that waits at all.
};

/// Source: J. Roberts, J. Virtamo, "The Superposition of Periodic Cell Arrival Streams in an ATM
/// Multiplexer", IEEE Transactions on Communications 39(2), 1991 (N·D/D/1).
[[nodiscard]] PeriodicWait WaitOfPeriodicStreams(int others, double period);

}  // namespace loadline::queueing
