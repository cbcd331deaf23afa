// Engine: this machine as a Prober. Applies a load to the scenario's target over real sockets.
//
// One engine serves one run: its probes are the run's steps 1, 2, 3…, its preflight is step 0, and
// every attempt of all of them goes into one spool. All functions are called from one thread (the
// observer's), except Interrupt().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/units.h"
#include "measure/error_kind.h"
#include "measure/prober.h"

namespace loadline::scenario {
struct Scenario;
}

namespace loadline::load {

/// How a thread waits for the next due time.
enum class Pacing {
  kAuto,    ///< Hybrid, or timer where spinning would take the CPU from somebody (see pacing.h).
  kHybrid,  ///< Sleep until shortly before, then spin: send errors below a microsecond.
  kBusy,    ///< Always spin: a core per thread.
  kTimer,   ///< Only sleep: send errors of tens of microseconds, least CPU.
};
[[nodiscard]] std::string_view Name(Pacing pacing);

/// Which attempts become rows of the spool. What is left out by choice is counted as `skipped`.
enum class Records {
  kAll,
  kErrors,  ///< Failed attempts only.
  kSample,  ///< Failed attempts and 1 % of the others.
  kNone,
};
/// Of attempts that did not fail, kSample keeps those of one request in so many.
inline constexpr std::uint64_t kSampleOneIn = 100;

/// Whether an attempt of request `number` that ended as `kind` becomes a row. `room`: the limit of
/// rows is not reached. Sampled by request, so that a sampled one keeps all its attempts.
[[nodiscard]] inline bool KeepsRow(Records records, bool room, measure::ErrorKind kind,
                                   std::uint64_t number) {
  if (records == Records::kAll && room) [[likely]] {
    return true;
  }
  if (records == Records::kNone) {
    return false;
  }
  return kind != measure::ErrorKind::kNone ||
         (records != Records::kErrors && Mix(number) % kSampleOneIn == 0);
}

struct EngineOptions {
  std::string user_agent = "loadline";  ///< `loadline/0.1.0`; the scenario's client is appended.
  int threads = 0;  ///< 0: one per core but one, at least 1; 1 against a loopback target.
  Pacing pacing = Pacing::kAuto;
  std::string run_id;     ///< Written into the spool files; at most 32 bytes.
  std::string spool_dir;  ///< Must exist; one file per thread. Empty: nothing is recorded.
  Records records = Records::kAll;
  Bytes records_limit{1'000'000'000};  ///< Of all files together; beyond it as kSample. 0: none.
  Duration drain = 30s;  ///< How long what is in flight may take once issuing stopped; then `cut`.
  bool brake = true;     ///< End a probe at > 50 % errors for 2 s, or 2 s without any reply.
  Duration tightest_objective{};  ///< Shortest latency threshold asked of a verdict; 0: taken from
                                  ///< the scenario's objectives. Decides what lateness is allowed.
};

/// The first request of one task, in full: to be shown before anything else is sent.
struct PreflightReply {
  std::string task;
  std::string method;
  std::string url;      ///< As sent, secrets redacted.
  std::string address;  ///< Where it went: `10.4.7.21:443`.
  Duration dns{};
  Duration connect{};
  Duration tls{};           ///< 0: plain HTTP, or the connection was there already.
  std::string tls_version;  ///< `TLSv1.3`; empty for plain HTTP.
  Duration wire{};          ///< sent → done.
  bool answered = false;    ///< A whole reply was read, good or bad.
  int status = 0;
  std::string content_type;
  std::string head;  ///< Secrets redacted, as in `body`.
  std::string body;  ///< Its first 512 bytes.
  std::int64_t body_bytes = 0;
  measure::ErrorKind error = measure::ErrorKind::kNone;
  std::string error_text;  ///< What failed, in words; empty if nothing did.
};

/// What step 0 found.
struct Preflight {
  std::vector<std::string> addresses;   ///< All addresses of the name, without the port.
  bool public_address = false;          ///< At least one is neither loopback nor private.
  std::vector<PreflightReply> replies;  ///< One per task; on_start requests that failed come first.
  std::vector<measure::ErrorTally> errors;  ///< Row::error_detail of step 0 indexes these.
  UtcTime started{};
  Duration started_after{};  ///< After the run's epoch.

  [[nodiscard]] bool answered() const;  ///< Every task got a whole reply.
  [[nodiscard]] bool passed() const;    ///< … and every reply passed its checks.
};

class Engine : public measure::Prober {
 public:
  /// Checks that the scenario can be sent (target, TLS files, secrets, templates) and prepares the
  /// threads; no traffic yet. `scenario` is copied.
  ///
  /// Errors: kInvalidArgument, kNotFound (a file or secret), kExhausted, kIo.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> Create(const scenario::Scenario& scenario,
                                                              EngineOptions options);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// The addresses of the target, before anything is sent: for the brake. kUnavailable if the name
  /// does not resolve.
  [[nodiscard]] Result<std::vector<std::string>> ResolveTarget();

  /// Step 0: one request per task in the scenario's order, recorded. A target that does not answer
  /// is a Preflight that says so; Errors are the engine's own.
  [[nodiscard]] Result<load::Preflight> Preflight();

  /// See measure::Prober. Step numbers rise by one with each call.
  [[nodiscard]] Result<measure::Measurement> Probe(const measure::Load& load,
                                                   measure::Observer& observer) override;

  /// Ends the running probe (or the next one at its start) as an interrupted one, with its books
  /// balanced: what is in flight is cut. Any thread; async-signal-safe. Stays set.
  void Interrupt();

  // The generator, for results and for what is printed before the first request.

  [[nodiscard]] int threads() const;
  [[nodiscard]] Pacing pacing() const;  ///< As resolved, never kAuto.
  [[nodiscard]] std::string_view pacing_reason()
      const;                            ///< Why: `one CPU only`; empty if asked for.
  [[nodiscard]] Instant epoch() const;  ///< Zero of all stamps in the spool.
  [[nodiscard]] UtcTime epoch_utc() const;
  [[nodiscard]] std::vector<std::string> spool_files() const;

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace loadline::load
