// SimProber: a Prober without a machine: generator and target in virtual time.
//
// What it hands to observers and returns is what the real engine would: the same windows every
// 100 ms, seconds, histograms, brake, reasons for stopping, and books that balance; only the time
// is not real, so a probe of ten minutes takes milliseconds. The same options, seeds and sequence
// of loads give the same results, bit for bit. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/prober.h"
#include "sim/disturbance.h"
#include "sim/row_sink.h"
#include "sim/service.h"

namespace loadline::sim {

/// One kind of request.
struct SimTask {
  std::string name = "default";
  double weight = 1.0;  ///< Share of requests, > 0.
  double size = 1.0;    ///< Multiplies the drawn service time, >= 0.
};

/// Whether the target is there at all.
enum class Presence : std::uint8_t {
  kAnswers,
  kSilent,   ///< Takes connections and requests, never replies.
  kRefuses,  ///< Refuses every connection.
};

struct SimOptions {
  ServiceOptions service = {};
  Disturbances disturbances = {};
  Presence presence = Presence::kAnswers;
  std::vector<SimTask> tasks = {SimTask{}};
  /// From the schedule to the client's giving up (`timeout_whole`); the pods go on with the work.
  /// Also the longest drain after the last arrival. > 0.
  Duration timeout = 30s;
  /// How long a rejection (503, 429, refused connection) takes; > 0, so that users without think
  /// time do not ask again at the same instant for ever.
  Duration reject_time = 200us;
  /// Latency threshold of goodput (the loosest objective's).
  Duration goodput_within = Duration::max();
  /// false: every probe meets an idle target and a world that begins anew. true: the world's clock
  /// runs on from probe to probe, with the target's backlog, its number of pods and disturbances.
  bool carry_over = false;
  /// carry_over: virtual time that passes between two probes.
  Duration between_probes = Duration::zero();
  /// Requests/s that the generator can send; 0: no limit. Beyond it requests are dispatched late,
  /// and the measurement is refused as the real engine's would be.
  Rate generator_limit{0.0};
  /// Allowed lateness p99 (DESIGN: max(1 ms, 2 % of the tightest latency objective)).
  Duration lateness_allowed = 1ms;
  /// Whether a probe ends at > 50 % errors for 2 s, or 2 s without a reply (measure/brake.h).
  bool brake = true;
  /// Service times, balancing, errors and wandering. Arrivals and think times follow Load::seed.
  std::uint64_t seed = 1;
};

/// Errors: kInvalidArgument naming the first value out of its range.
[[nodiscard]] Status ValidateSim(const SimOptions& options);

/// The rate at which all pods are always busy: beyond it queues grow, or requests are turned away.
/// As the service begins: changes of speed, of the number of pods, pauses, failures and the rate
/// limiter are left out. Endless where requests take no time.
[[nodiscard]] Rate Capacity(const SimOptions& options);

/// Simulated calendars begin on 2026-01-01, so that the same probe is the same value every time:
/// the first probe starts then. Stamps count from a little before, because 0 stands for never.
inline constexpr UtcTime kFirstProbe{std::chrono::seconds(1'767'225'600)};
inline constexpr Duration kBeforeFirstProbe = 1ms;
inline constexpr UtcTime kRunEpoch = kFirstProbe - kBeforeFirstProbe;

class World;

class SimProber : public measure::Prober {
 public:
  /// `options` must be valid (else: aborts; ask ValidateSim first).
  explicit SimProber(SimOptions options);
  ~SimProber() override;
  SimProber(const SimProber&) = delete;
  SimProber& operator=(const SimProber&) = delete;

  /// Runs `load` in virtual time, to its end, the observer's stop or the brake, and its drain.
  ///
  /// Errors: kInvalidArgument if the load is impossible (rate or users not positive, or a negative
  /// duration).
  [[nodiscard]] Result<measure::Measurement> Probe(const measure::Load& load,
                                                   measure::Observer& observer) override;

  /// From now on each request becomes a row, which `rows` is given when it ends. It must outlive
  /// the prober; null: no rows.
  void KeepRows(RowSink* rows) { rows_ = rows; }

  /// Virtual time spent in all probes so far, drains and gaps between them included.
  [[nodiscard]] Duration spent() const { return spent_; }
  /// Requests scheduled in all probes so far.
  [[nodiscard]] std::int64_t requests() const { return requests_; }
  /// Probes so far.
  [[nodiscard]] int probes() const { return probes_; }

 private:
  /// A probe is over: stamps its measurement, and enters it in the sums.
  void Enter(measure::Measurement& measurement, Duration ended, Duration slowest);

  // Constant after construction.
  SimOptions options_;
  // Owner thread only.
  RowSink* rows_ = nullptr;
  std::unique_ptr<World> world_;
  Instant world_now_{};
  Duration spent_{};
  Duration slowest_{};  // Longest response time so far: what the brake takes for slow.
  std::int64_t requests_ = 0;
  int probes_ = 0;
};

}  // namespace loadline::sim
