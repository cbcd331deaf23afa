// Pool: pods behind a balancer, and the response time of a request that arrives there.
//
// Arrivals are Poisson. What is exact and what is not:
//
// balancer      queue of slots, exponential service   otherwise
// central       M/M/c, M/M/c/K: exact                 Kimura's mean wait, exponential tail
// random        M/M/c, M/M/c/K by pod: exact          the same by pod
// round-robin   E_n/M/1: exact                        between that and E_n/D/1 = M/D/n
// p2c           fluid limit, corrected for few pods   wait times (1 + scv)/2
// least         M/M/c with longer waits (fitted)      wait times (1 + scv)/2
//
// Several routers: least and p2c by what a router sees of a pod (routers.h, pool_chain.h),
// corrected for few pods; round-robin between its own law and random's, with the weight of S.
// Albin, "On Poisson Approximations for Superposition Arrival Processes in Queues", Management
// Science 28(2), 1982, refitted; for constant service the periodic streams of Roberts and Virtamo
// (routers.h).
//
// In a closed loop: central and random are exact for exponential service (loop.h), least is as near
// as it is above; the others are taken at the rate that the loop has, which is on the safe side.
//
// A pod that shares itself among its requests is a birth and death chain whose percentiles are
// exact for exponential service; its mean holds for any. There round-robin is taken as random, and
// least as p2c: on the safe side. pool_test.cc and sizing's tests say how far the approximations
// are off. Pure arithmetic, safe from any thread; arguments outside their ranges are bugs and
// abort.
// Sources: T. Kimura, "A Two-Moment Approximation for the Mean Waiting Time in the GI/G/s Queue",
// Management Science 32(6), 1986; L. Kleinrock, "Queueing Systems", volume 1, 1975, sections 3.5
// and 6.4 (G/M/1); N. Vvedenskaya, R. Dobrushin, F. Karpelevich, "Queueing System with Selection of
// the Shortest of Two Queues", Problems of Information Transmission 32(1), 1996.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace loadline::queueing {

/// Which pod gets the next request.
enum class Balance {
  kCentral,     ///< One queue for all pods: whoever is free takes the next. The ideal.
  kRandom,      ///< Drawn at random, as kube-proxy does (by connection).
  kRoundRobin,  ///< In turn.
  kTwoChoices,  ///< The less busy of two drawn at random (Envoy's LEAST_REQUEST).
  kLeast,       ///< The one with the fewest requests, by a balancer that sees all of them.
};

/// `central`, `random`, `round-robin`, `p2c`, `least`.
[[nodiscard]] std::string_view Name(Balance balance);
/// Errors: kInvalidArgument with the five names.
[[nodiscard]] Result<Balance> ParseBalance(std::string_view text);

enum class Discipline {
  kSlots,    ///< A pod works on `concurrency` requests, the others wait in order of arrival.
  kSharing,  ///< On all at once, at speed min(1, concurrency / requests) each, as CPU-bound
             ///< threads.
};

inline constexpr int kEndlessQueue = -1;

struct Pool {
  int pods = 1;               ///< >= 1
  int concurrency = 1;        ///< Requests that a pod works on at full speed, >= 1.
  int queue = kEndlessQueue;  ///< Further requests that it admits, >= 0; beyond them: 503.
  Duration service{1'000};    ///< Mean time that a pod works on a request alone, > 0.
  double scv = 1.0;           ///< Squared coefficient of variation of it, >= 0: lognormal…
  bool exponential = false;   ///< …or exponential (then `scv` is 1).
  Duration delay{};           ///< Added to every response, keeps no pod busy; >= 0.
  Discipline discipline = Discipline::kSlots;
  Balance balance = Balance::kRandom;
  int routers = 1;  ///< Balancers, each of which sees only the requests that it sent; >= 1.
  /// kSharing: requests/s that a pod finishes with 1, 2, … requests in it (measured; the last one
  /// stands for all beyond). Empty: min(n, concurrency) / service.
  std::vector<double> curve = {};

  /// The rate at which all pods are always busy.
  [[nodiscard]] Rate Capacity() const;
};

/// Mean wait of M/G/c by Kimura's interpolation between exponential and constant service;
/// Duration::max() at and beyond the capacity. Exact for scv = 1 and for one server. Within some
/// 10 % for scv from 0 to 2.
[[nodiscard]] Duration KimuraWait(int servers, Duration service, double scv, Rate rate);

/// Users of a closed loop: each sends, waits for the answer, and thinks.
struct Users {
  int count = 1;     ///< >= 1
  Duration think{};  ///< Mean pause after an answer, of any distribution; >= 0.

  friend bool operator==(const Users&, const Users&) = default;
};

/// A pool at one rate, or with users.
class PoolLaw {
 public:
  PoolLaw(const Pool& pool, Rate rate);
  /// `pool` must have endless queues: what users do after a 503 is not known.
  PoolLaw(const Pool& pool, const Users& users);

  /// Arrivals per second; of users: that they make.
  [[nodiscard]] Rate rate() const { return rate_; }

  /// Share of the capacity that is asked for; above 1 where more is asked for than there is.
  [[nodiscard]] double utilisation() const { return utilisation_; }
  /// Whether the backlog stays finite: always where queues are.
  [[nodiscard]] bool stable() const { return stable_; }
  /// Share of the requests that find no place.
  [[nodiscard]] double Rejected() const { return rejected_; }
  /// Share of the requests that are admitted and wait first (kSharing: find others).
  [[nodiscard]] double Waiting() const;
  /// Mean response of those admitted; Duration::max() where not stable.
  [[nodiscard]] Duration Mean() const;
  /// P(response > t), rejected requests counted as endless; 1 where not stable.
  [[nodiscard]] double Tail(Duration t) const;
  /// The t with P(response <= t) = `quantile` in (0, 1); Duration::max() where there is none.
  [[nodiscard]] Duration Quantile(double quantile) const;

 private:
  /// Service times from `low_s` to `high_s`, evenly, and how often they come.
  struct Slice {
    double low_s;
    double high_s;
    double share;
  };

  void CutService();
  void UseExponentialWait(double share, double mean_s);
  void UseChain(const std::vector<double>& found, int servers, double stage_s);
  [[nodiscard]] bool HardlyEverFull() const;
  void SolveSlots();
  void SolveTwoChoices();
  void SolveRouters();
  void SolveRoundRobin();
  void SolveSharing();
  void SolveLoop(const Users& users);
  void SolveSharingLoop(const Users& users);
  /// P(wait > t seconds), t >= 0, of the admitted and the rejected together, without the latter.
  [[nodiscard]] double WaitTail(double t) const;
  [[nodiscard]] double SharingTail(double t) const;

  Pool pool_;
  Rate rate_;
  double utilisation_ = 0.0;
  bool stable_ = true;
  double rejected_ = 0.0;
  // kSlots: the service time in slices, and the wait: exponential with `wait_s_` for `waits_`, or
  // stages of `stage_s_` each, more than i of them with probability beyond_[i].
  std::vector<Slice> service_;
  double waits_ = 0.0;
  double wait_s_ = 0.0;
  double extra_s_ = 0.0;  // Added to every wait that is none by chance.
  double stage_s_ = 0.0;
  std::vector<double> beyond_;
  // kSharing: what an admitted request finds, the rates of its chain.
  std::vector<double> found_;
  std::vector<double> arrivals_;  // By requests in the pod.
  std::vector<double> finishes_;
  double sharing_mean_s_ = 0.0;
};

}  // namespace loadline::queueing
