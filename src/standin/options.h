// StandinOptions: what the stand-in model service does, and how its options are read.
//
// Plain values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "sim/service.h"

namespace loadline::standin {

/// The value of `--cert` that asks for a certificate made in memory.
inline constexpr std::string_view kSelfSigned = "self-signed";

struct StandinOptions {
  std::string host = "127.0.0.1";  ///< Literal address, or `localhost`.
  std::uint16_t port = 8500;       ///< 0: any free one.
  std::string certificate_file;    ///< PEM: serve TLS; kSelfSigned: with a certificate of our own.
  std::string key_file;            ///< PEM; with a certificate from a file.
  sim::ServiceOptions service = DefaultService();
  bool cpu = false;  ///< Burn CPU instead of waiting: a thread per slot, at most kMostThreads.
  std::uint64_t seed = 1;           ///< Replays service times, balancing and errors.
  Bytes id_log{64L * 1024 * 1024};  ///< Memory for the ids of requests seen; 0: none are kept.
  /// The loop spins so long before a departure, so that it happens on time.
  Duration spin = 120us;

  static constexpr int kMostThreads = 256;

  /// 4 pods, concurrency 1, queue 10 per pod, lognormal 50 ms with cv 0.5, overhead 2 ms, least.
  [[nodiscard]] static sim::ServiceOptions DefaultService();
};

/// Sets the option `flag` (`--pods`, `--concurrency`, `--queue`, `--latency`, `--overhead`,
/// `--balance`, `--error-rate`, `--cold-start`, `--cpu`, `--seed`, `--host`, `--port`, `--cert`,
/// `--key`) to what `value` says; `--cpu` takes an empty value or `true`.
///
/// Errors: kInvalidArgument, naming the flag, what was found and what would be right; kNotFound if
/// there is no such option.
[[nodiscard]] Status SetOption(StandinOptions& options, std::string_view flag,
                               std::string_view value);

/// Whether the options fit together. Errors: kInvalidArgument.
[[nodiscard]] Status ValidateOptions(const StandinOptions& options);

/// `4 pods, concurrency 1, queue 10, lognormal:50ms,cv=0.5, overhead 2 ms, least`
[[nodiscard]] std::string Describe(const StandinOptions& options);

}  // namespace loadline::standin
