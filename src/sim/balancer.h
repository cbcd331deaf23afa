// Balancer: which pod gets the next request.
//
// Belongs to one thread; the same seed and the same questions give the same answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "sim/least_loads.h"

namespace loadline::sim {

enum class Balance : std::uint8_t {
  kRandom,      ///< Each request to a pod drawn at random, as kube-proxy does per connection.
  kRoundRobin,  ///< In turn.
  kLeast,       ///< To the pod with the fewest requests; in turn among equals.
  kP2c,  ///< To the less busy of two different pods drawn at random ("power of two choices").
  kConnection,  ///< A connection sticks to the pod drawn when it was opened, as behind kube-proxy
                ///< with keep-alive; the one used last is used first (Service keeps them).
};

/// `random`, `round-robin`, `least`, `p2c`, `connection`.
[[nodiscard]] std::string_view Name(Balance balance);
/// Errors: kInvalidArgument with the names.
[[nodiscard]] Result<Balance> ParseBalance(std::string_view text);

class Balancer {
 public:
  Balancer(Balance balance, std::uint64_t seed) : balance_(balance), random_(seed) {}

  /// The index of the pod for one request. `requests[i]` is how many pod i has now, waiting and in
  /// service; at least one pod.
  [[nodiscard]] int Pick(std::span<const int> requests);
  /// The same among some of the pods: the one of `pods`, at least one, that gets the request.
  /// `requests` is by pod.
  [[nodiscard]] std::uint32_t PickAmong(std::span<const std::uint32_t> pods,
                                        std::span<const int> requests);
  /// As many calls of Pick() as `out` has places, among `pods` >= 1, for a balancer that does not
  /// look: kRandom, kRoundRobin, or any with one pod.
  void PickUnseen(std::size_t pods, std::span<std::uint32_t> out);
  /// The same pod as Pick(), for kLeast, from what is kept instead of looked at.
  [[nodiscard]] int PickLeast(const LeastLoads& requests);

 private:
  /// Of `count` places; `load(i)` is how many requests the one at place i has.
  template <typename Load>
  [[nodiscard]] std::size_t PickPlace(std::size_t count, Load load);

  // Constant after construction.
  Balance balance_;
  // Owner thread only.
  Random random_;
  std::size_t cursor_ = 0;  // Where the turn has come to.
};

}  // namespace loadline::sim
