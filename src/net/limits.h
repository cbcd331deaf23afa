// What this machine has left of the two things a load generator runs out of: descriptors, ports.
//
// Reads /proc and the process's limits; safe from any thread, a few microseconds to a fraction of a
// millisecond a call: for start-up and the health check of every second, not for the hot path.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace loadline::net {

/// File descriptors of this process.
struct Descriptors {
  std::int64_t limit = 0;    ///< Soft limit in force.
  std::int64_t ceiling = 0;  ///< Hard limit.
  std::int64_t open = 0;     ///< Open now.

  [[nodiscard]] std::int64_t available() const { return limit > open ? limit - open : 0; }
};

/// Raises the soft limit to the hard limit; returns the limit now in force. Never fails for lack of
/// rights: it then returns what there is. kIo if the limit cannot even be read.
Result<std::int64_t> RaiseDescriptorLimit();

/// By /proc, or where there is none by CountByAsking(). kIo if the limits cannot be read.
[[nodiscard]] Result<Descriptors> CountDescriptors();

/// Open descriptors below `limit`, by asking the kernel about each number, 1024 at a time, until
/// none of a batch is open. The kernel gives out the lowest free number, so that none is missed
/// but what was put high up on purpose.
[[nodiscard]] std::int64_t CountByAsking(std::int64_t limit);

/// The range from which the kernel gives connections their local port; it bounds the connections
/// from one local address to one target address (TIME_WAIT included).
struct LocalPorts {
  std::int64_t first = 0;
  std::int64_t last = 0;

  [[nodiscard]] std::int64_t count() const { return last - first + 1; }
};

/// net.ipv4.ip_local_port_range (used for IPv6 too). kIo if it cannot be read.
[[nodiscard]] Result<LocalPorts> ReadLocalPortRange();

/// The text of /proc/sys/net/ipv4/ip_local_port_range. kCorrupt if it is not two ports.
[[nodiscard]] Result<LocalPorts> ParseLocalPortRange(std::string_view text);

/// TCP sockets of this network namespace, from /proc/net/sockstat.
struct TcpSockets {
  std::int64_t in_use = 0;
  std::int64_t time_wait = 0;  ///< Each holds a local port for a minute.
};

/// kIo if /proc/net/sockstat cannot be read, kCorrupt if it has no TCP line.
[[nodiscard]] Result<TcpSockets> CountTcpSockets();

}  // namespace loadline::net
