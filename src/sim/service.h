// Service: pods behind a balancer as one pure state machine: admit, queue, serve, finish, reject.
//
// It has no clock and no sockets: the driver tells it the instants. The simulator drives it in
// virtual time, the stand-in model service behind a real socket, from the same source. Not safe
// from several threads.
//
// One request:
//
//     Arrive ──► no pod ready ─────────────────────────► kNotReady   (503)
//        └─────► pod chosen ──► it has failed ─────────► kDead       (refused)
//                   ├─────────► its queue is full ─────► kFull       (503)
//                   ├─────────► a slot is free ────────► kServing ──► Depart
//                   └─────────► wait, first come first ► kQueued ───► kServing ──► Depart
//
// The driver calls Depart(now) until it returns false, then Arrive(now), with `now` never going
// back. A departure carries the instant at which it was due, however late the driver asks, and the
// next waiting request begins at that instant: a late driver delays replies, never the service.
//
// One pod, where the driver has it fail (only with Completion::kTimed):
//
//     ready ──FailPod──► failed, not noticed ──TakeOut──► failed ──StartPod──► starting ──► ready
//                        (what it had is lost)            (no requests)        (cold start)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "sim/balancer.h"
#include "sim/event_calendar.h"
#include "sim/latency_law.h"
#include "sim/least_loads.h"
#include "sim/quota_pod.h"
#include "sim/sharing_pod.h"

namespace loadline::sim {

/// How a pod divides itself among its requests.
enum class Discipline : std::uint8_t {
  kSlots,    ///< `concurrency` slots; the others wait in order of arrival.
  kSharing,  ///< All are served at once, at speed min(1, concurrency / requests) each.
};

/// How a CPU limit is enforced.
enum class CpuModel : std::uint8_t {
  kQuota,  ///< As Linux does: a quota per 100 ms, then all threads stop (QuotaPod).
  kFluid,  ///< Each of n requests gets min(1, limit / n) of a core at any time: errs on the safe
           ///< side for percentiles from p99 on, and costs less.
};

inline constexpr int kUnlimitedQueue = -1;
/// As many as the largest cluster that Kubernetes supports has.
inline constexpr int kMostPods = 150'000;

struct ServiceOptions {
  int pods = 4;             ///< 1..kMostPods
  int concurrency = 1;      ///< Requests a pod serves at once, 1..100,000.
  int queue = 10;           ///< Requests that may wait per pod (kSharing: beyond `concurrency`), or
                            ///< kUnlimitedQueue.
  LatencyLaw latency = {};  ///< Time of the model.
  Duration overhead = Duration::zero();  ///< Added to each request's time in the slot, >= 0.
  Balance balance = Balance::kLeast;
  double error_rate = 0.0;  ///< Share of served requests that end with an error, in [0, 1].
  Discipline discipline = Discipline::kSlots;
  Duration cold_start = Duration::zero();  ///< A pod takes requests that long after its start.
  /// Cores that each pod may use, 0.01..1000; overhead and service time are CPU time then, of one
  /// thread per request in service. 0: as many as it has requests in service.
  double cpu_limit = 0.0;
  CpuModel cpu_model = CpuModel::kQuota;
  /// kSharing: cores' worth of work that 1, 2, … requests in a pod get done together, each > 0; the
  /// last one stands for all beyond. Empty: min(n, concurrency). Not with a CPU limit.
  std::vector<double> curve = {};
  /// Balancers, 1..1000: each request comes through one drawn at random, which sees only the
  /// requests that it sent itself.
  int routers = 1;
  /// Balance::kConnection: idle connections that are kept open, 1..1,000,000.
  int connections = 100;
};

/// Errors: kInvalidArgument naming the first field out of its range.
[[nodiscard]] Status ValidateService(const ServiceOptions& options);

/// What became of an arrival.
enum class Admission : std::uint8_t {
  kServing,   ///< It has a slot.
  kQueued,    ///< It waits.
  kFull,      ///< Rejected: the chosen pod's queue is full.
  kNotReady,  ///< Rejected: no pod is ready.
  kDead,      ///< Refused: the chosen pod has failed, and the balancer has not noticed.
};

/// A request that a pod has begun to work on (Completion::kReported only).
struct Start {
  Instant at{};              ///< When its turn came.
  std::uint32_t ticket = 0;  ///< For Finish().
  std::uint64_t tag = 0;
  Duration work{};  ///< Overhead and service time together.
};

/// A request that has been served.
struct Departure {
  Instant at{};  ///< When it was due to leave.
  Instant arrived{};
  Instant started{};  ///< kSharing: the same as `arrived`.
  std::uint64_t tag = 0;
  int pod = 0;
  bool failed = false;  ///< By `error_rate`.
};

/// Running totals since construction.
struct ServiceCounters {
  std::int64_t arrived = 0;
  std::int64_t rejected_full = 0;
  std::int64_t rejected_not_ready = 0;
  std::int64_t served = 0;  ///< Departures, failed ones included.
  std::int64_t failed = 0;
  std::int64_t pod_failures = 0;
  std::int64_t refused = 0;  ///< By pods that had failed.
  std::int64_t lost = 0;     ///< Requests that a failing pod had.
  Duration busy{};           ///< Work of all that was served.
};

class Service {
 public:
  /// Who knows when a request is finished.
  enum class Completion : std::uint8_t {
    kTimed,     ///< The service: its work takes as long as was drawn.
    kReported,  ///< The driver, who does the work, and calls Finish(). Not with kSharing.
  };

  /// All pods are started at `start`. `options` must be valid (else: aborts).
  Service(const ServiceOptions& options, std::uint64_t seed, Instant start,
          Completion completion = Completion::kTimed);

  /// A request arrives. `tag` is the driver's own and comes back with the departure. `own_time`
  /// replaces the drawn time of the model; `scale` multiplies the drawn one.
  Admission Arrive(Instant now, std::uint64_t tag, std::optional<Duration> own_time = std::nullopt,
                   double scale = 1.0);

  /// When the next request will be finished; Instant::max() if none is in service (always so with
  /// kReported).
  [[nodiscard]] Instant next() const { return next_; }

  /// The tag of a request that will probably leave soon, for whoever wants to fetch what belongs to
  /// it; `otherwise` if none is known.
  [[nodiscard]] std::uint64_t SoonTag(std::uint64_t otherwise) const {
    const std::uint32_t index = timed_slots_ ? due_.Ahead(kTagAhead, kNone) : kNone;
    return index == kNone ? otherwise : requests_[index].tag;
  }

  /// Takes out the earliest departure that is due at or before `now`; false if there is none.
  [[nodiscard]] bool Depart(Instant now, Departure& out);

  /// kReported: the next request whose work has to be begun; false if there is none.
  [[nodiscard]] bool NextStart(Start& out);
  /// kReported: the work of a started request is done.
  [[nodiscard]] Departure Finish(Instant now, std::uint32_t ticket);

  /// Changes the number of pods. New ones are ready after `cold_start`; those taken away (the last
  /// ones) get no new requests and finish what they have.
  void SetPods(Instant now, int pods);

  /// Pod `pod` fails: the tags of its requests, in the order in which they arrived, are appended to
  /// `lost`; none of them departs. False if it takes no requests now, so that nothing happens.
  bool FailPod(Instant now, int pod, std::vector<std::uint64_t>& lost);
  /// The balancers notice that it has failed. Nothing happens if it has not.
  void TakeOut(int pod);
  /// It starts again, and is ready after `cold_start`. Nothing happens if it has not failed.
  void StartPod(Instant now, int pod);

  /// Pods that were asked for, ready or not.
  [[nodiscard]] int pods() const { return wanted_; }
  /// Pods that take requests at `now`.
  [[nodiscard]] int ReadyPods(Instant now);
  /// Requests in service, and waiting for it.
  [[nodiscard]] std::int64_t serving() const { return in_system_ - waiting_; }
  [[nodiscard]] std::int64_t waiting() const { return waiting_; }
  [[nodiscard]] const ServiceCounters& counters() const { return counters_; }
  /// CpuModel::kQuota, over all pods: periods in which a pod ran, and those of them in which it was
  /// stopped.
  [[nodiscard]] std::int64_t Periods() const;
  [[nodiscard]] std::int64_t ThrottledPeriods() const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  // With many pods a departure's request lies in no cache near the processor. It is fetched so many
  // departures ahead, and what it leads to a few later.
  static constexpr std::size_t kRequestAhead = 8;
  static constexpr std::size_t kTagAhead = 5;
  static constexpr std::size_t kLineAhead = 2;
  static constexpr std::uint32_t kNobody = (1U << 18) - 1;
  static_assert(kMostPods < static_cast<int>(kNobody));

  // Half a cache line: with many pods most of the time goes into fetching these.
  struct Request {
    std::uint64_t tag;
    Instant arrived;
    Duration work;
    std::uint32_t next;      // In the pod's queue, or in the list of free ones.
    std::uint32_t pod : 18;  // kNobody: free.
    std::uint32_t router : 10;
    std::uint32_t failed : 1;
    std::uint32_t lost : 1;  // Its pod has failed; its entry in due_ stands for nothing.
  };
  /// Who waits at a pod: the first has waited longest.
  struct Line {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
  };
  struct Pod {
    Instant ready_at{};
    bool dead = false;  // Failed, and not started again.
    bool out = false;   // Not among those to whom the balancers send.
  };

  [[nodiscard]] std::uint32_t Take();
  void Give(std::uint32_t index);
  void Begin(Instant at, std::uint32_t index);
  void Enqueue(std::uint32_t pod, std::uint32_t index);
  /// Who waits longest at the pod where a slot has become free; kNone: nobody, the slot is idle.
  [[nodiscard]] std::uint32_t NextOf(std::uint32_t pod);
  [[nodiscard]] Departure Leave(Instant at, std::uint32_t index);
  void FetchAhead() const;
  void JoinProcessor(Instant at, std::uint32_t index);
  void RefreshNextOfProcessors(std::uint32_t pod, Instant before);
  [[nodiscard]] Instant NextOfProcessor(std::uint32_t pod) const;
  [[nodiscard]] std::uint32_t PickPod(std::uint32_t router);
  [[nodiscard]] std::uint32_t PickLeast(std::uint32_t router, std::span<const int> loads);
  void Occupy(std::uint32_t pod, std::uint32_t router, int change);
  void Drop(std::uint32_t index);
  void SkipLost();
  void ReturnToRotation(Instant now);
  void FindRotation();

  // Constant after construction.
  ServiceOptions options_;
  Completion completion_;
  bool processors_;   // Pods divide CPU time, in a SharingPod or QuotaPod each.
  bool timed_slots_;  // Neither that nor kReported.
  int room_;          // Most requests of one pod, waiting and in service.
  // Owner thread only.
  Random random_;
  std::vector<Balancer> balancers_;             // By router.
  std::vector<std::vector<int>> router_loads_;  // Several routers: what each sees, by pod.
  std::vector<std::uint32_t> idle_;             // kConnection: the pods of idle connections.
  std::vector<Request> requests_;
  std::uint32_t free_ = kNone;
  std::vector<Instant>
      started_;  // By request; with timed slots it is when it is due less its work.
  std::vector<Pod> pods_;
  std::vector<Line> lines_;        // By pod.
  std::vector<int> loads_;         // Requests per pod, for the balancer.
  std::vector<LeastLoads> least_;  // kLeast with many pods: what each router sees.
  std::vector<SharingPod> sharing_;
  std::vector<QuotaPod> quota_;
  EventCalendar
      due_;  // By request; with processors_ by pod, and what is no longer true is skipped.
  std::vector<std::uint32_t> begun_;  // kReported: begun, not yet told to the driver.
  std::size_t begun_read_ = 0;
  int wanted_ = 0;                        // Pods asked for; those beyond are finishing.
  int ready_ = 0;                         // The first `ready_` of them take requests.
  int dead_ = 0;                          // Pods that have failed and were not started again.
  int out_ = 0;                           // Of the first `ready_`: out of the rotation.
  Instant next_return_ = Instant::max();  // Of one that is out.
  std::vector<std::uint32_t> rotation_;   // While some are out: the others.
  std::int64_t lost_due_ = 0;             // Entries of lost requests in due_.
  Instant next_ = Instant::max();
  std::int64_t in_system_ = 0;
  std::int64_t waiting_ = 0;
  ServiceCounters counters_;
};

}  // namespace loadline::sim
