// Why a request failed: the kinds of error, and their tally over a probe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace loadline::measure {

/// The kind of a failure. Kinds with a detail (status code, check, OpenSSL's reason) become one
/// tally per detail; the numbers are stored in spool and database, so they never change meaning.
enum class ErrorKind : std::uint8_t {
  kNone = 0,
  kDns = 1,  ///< The name did not resolve.
  kConnectRefused = 2,
  kConnectReset = 3,  ///< Reset during connect or TLS handshake.
  kConnectTimeout = 4,
  kConnectUnreachable = 5,  ///< No route, network down, and the like.
  kTls = 6,                 ///< Handshake or record failure; detail: OpenSSL's reason.
  kReset = 7,               ///< Reset after the request was sent, before the whole reply.
  kClosedEarly = 8,         ///< Closed before the whole reply.
  kProtocol = 9,            ///< The reply is not HTTP/1.1; detail: what is wrong with it.
  kTimeoutFirstByte = 10,   ///< No first byte in time.
  kTimeoutWhole = 11,   ///< First byte, but not the last one in time; or still waiting to be sent.
  kStatus = 12,         ///< Status outside 2xx (or what the checks demand); detail: the code.
  kCheck = 13,          ///< A check or the reply's shape failed; detail: the check.
  kCut = 14,            ///< Still in flight when the drain at the end of the probe ran out.
  kNoDescriptors = 15,  ///< This machine ran out of file descriptors: the generator's fault.
  kNoPorts = 16,        ///< This machine ran out of local ports: the generator's fault.
  kRender = 17,         ///< The request could not be made from its data (data `once` ran out).
};
inline constexpr int kErrorKinds = 18;

/// The stable name in JSON, SQL and on the terminal: `connect_refused`, `timeout_first_byte`, …
[[nodiscard]] std::string_view Name(ErrorKind kind);

/// True for kinds that say that the generator, not the target, failed.
[[nodiscard]] constexpr bool IsGeneratorFault(ErrorKind kind) {
  return kind == ErrorKind::kNoDescriptors || kind == ErrorKind::kNoPorts ||
         kind == ErrorKind::kRender;
}

/// All failures of one kind and detail within a probe.
struct ErrorTally {
  ErrorKind kind = ErrorKind::kNone;
  std::string name;  ///< Name(kind), with the detail: `status 503`, `check $.score >= 0`.
  std::int64_t count = 0;
  Duration first{};  ///< Done stamp of the first and of the last, from the probe's start.
  Duration last{};
  std::string sample;  ///< One example (reply head and start of the body), secrets redacted.
  /// The number of the example's request and the index of its task: with scenario and seed they
  /// make it again. Nothing: a request of on_start, or one that is not known.
  std::optional<std::uint64_t> request = {};
  std::uint16_t task = 0;
  /// That request as a curl command, secrets as variables; empty: not made.
  std::string curl = {};
};

}  // namespace loadline::measure
