// NetError: why a connection could not be made or did not last, as one small word per attempt.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loadline::net {

/// The kinds of failure below HTTP. Stored with every attempt, so values are only ever appended.
enum class NetError : std::uint8_t {
  kNone = 0,
  kNotResolved,    ///< The name has no address, or no name server answered.
  kRefused,        ///< Nobody listens there (ECONNREFUSED).
  kReset,          ///< The peer, or something between, cut the connection (ECONNRESET, EPIPE).
  kTimedOut,       ///< The kernel gave up (ETIMEDOUT). Our own time-outs are the engine's to name.
  kUnreachable,    ///< No route to that address (ENETUNREACH, EHOSTUNREACH and their kin).
  kNoDescriptors,  ///< This machine: out of file descriptors (EMFILE, ENFILE).
  kNoLocalPorts,   ///< This machine: every local port towards that address is in use
                   ///< (EADDRNOTAVAIL, and EADDRINUSE of a source address).
  kNoMemory,       ///< This machine: the kernel refused buffers (ENOBUFS, ENOMEM).
  kNotPermitted,   ///< This machine: a firewall or policy forbids it (EPERM, EACCES).
  kClosedEarly,    ///< The peer closed in good order where more was expected.
  kTls,            ///< TLS failed: certificate, protocol or alert; the stream has OpenSSL's reason.
  kOther,          ///< Anything else; the stream has the system's text.
};

/// The kind for an `errno` value; 0 is kNone.
[[nodiscard]] NetError NetErrorFromErrno(int error);

/// A short phrase for reports: `connection refused`, `out of local ports`.
[[nodiscard]] std::string_view Text(NetError error);

/// True for the kinds that are this machine's fault, so that they are never charged to the target.
[[nodiscard]] constexpr bool IsGeneratorFault(NetError error) {
  return error == NetError::kNoDescriptors || error == NetError::kNoLocalPorts ||
         error == NetError::kNoMemory || error == NetError::kNotPermitted;
}

/// The system's text for an `errno` value (strerror, thread-safe).
[[nodiscard]] std::string ErrnoText(int error);

}  // namespace loadline::net
