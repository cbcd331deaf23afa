// Non-blocking TCP sockets: the few system calls that Stream is made of.
//
// Functions without state; safe from any thread. Failures are an errno value, because a connection
// that fails is an ordinary event of a load test and must not allocate.
#pragma once

#include <optional>

#include "base/result.h"
#include "net/address.h"
#include "net/fd.h"
#include "net/net_error.h"

namespace loadline::net {

/// How sockets are made.
struct ConnectOptions {
  /// Connect from this address (port 0: any). More source addresses mean more local ports.
  std::optional<Address> source;
};

/// What StartTcpConnect made.
struct TcpConnect {
  int fd = -1;               ///< Owned by the caller; -1 if it failed.
  bool established = false;  ///< Connected at once (happens on loopback).
  int error = 0;             ///< errno of the failure; 0 otherwise.
};

/// Opens a non-blocking, close-on-exec socket with TCP_NODELAY and starts to connect it.
[[nodiscard]] TcpConnect StartTcpConnect(const Address& peer, const ConnectOptions& options);

/// The outcome of a connect that was in progress, once its descriptor became writable:
/// 0 established, EINPROGRESS not yet, else the errno of the failure.
[[nodiscard]] int FinishTcpConnect(int fd);

/// A listening, non-blocking socket with SO_REUSEADDR; port 0 lets the kernel choose
/// (LocalAddress tells). For tests, benchmarks and health probes. kIo with the system's text.
[[nodiscard]] Result<Fd> ListenTcp(const Address& address, int backlog = 1024);

/// The local end of a socket. kIo with the system's text.
[[nodiscard]] Result<Address> LocalAddress(int fd);

/// Makes the coming close() send a reset instead of a farewell: no TIME_WAIT holds a local port.
void ResetOnClose(int fd);

}  // namespace loadline::net
