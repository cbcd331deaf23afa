#include "net/socket.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace loadline::net {
namespace {

// True if the connect went wrong at once; errno says how.
bool BindSource(int fd, const Address& source) {
  // The port is chosen at connect() and may be shared with connections to other targets.
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  return ::bind(fd, source.sockaddr_data(), source.sockaddr_size()) == 0;
}

Result<Address> NameOf(int fd, int (*call)(int, sockaddr*, socklen_t*), const char* what) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  if (call(fd, name, &size) != 0) {
    return Error{ErrorCode::kIo, fmt::format("{}: {}", what, ErrnoText(errno))};
  }
  return Address::FromSockaddr(name, size);
}

// TCP lets a socket connect to itself when its local port happens to be the target's and nobody
// listens there: a "server" that echoes requests. To the user that port is dead.
bool IsConnectedToItself(int fd, const Address& peer) {
  if (peer.Scope() != AddressScope::kLoopback) {
    return false;
  }
  const Result<Address> local = LocalAddress(fd);
  return local.has_value() && *local == peer;
}

}  // namespace

TcpConnect StartTcpConnect(const Address& peer, const ConnectOptions& options) {
  Fd fd(::socket(peer.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return {.error = errno};
  }
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (options.source.has_value() && !BindSource(fd.get(), *options.source)) {
    return {.error = errno};
  }
  if (::connect(fd.get(), peer.sockaddr_data(), peer.sockaddr_size()) == 0) {
    if (IsConnectedToItself(fd.get(), peer)) {
      return {.error = ECONNREFUSED};
    }
    return {.fd = fd.Release(), .established = true};
  }
  if (errno != EINPROGRESS && errno != EINTR) {
    return {.error = errno};
  }
  return {.fd = fd.Release()};
}

int FinishTcpConnect(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
    return errno;
  }
  if (error != 0) {
    return error;
  }
  const Result<Address> peer = NameOf(fd, &::getpeername, "getpeername");
  if (!peer.has_value()) {
    return EINPROGRESS;
  }
  return IsConnectedToItself(fd, *peer) ? ECONNREFUSED : 0;
}

Result<Fd> ListenTcp(const Address& address, int backlog) {
  Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd.valid() || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      ::bind(fd.get(), address.sockaddr_data(), address.sockaddr_size()) != 0 ||
      ::listen(fd.get(), backlog) != 0) {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot listen on {}: {}", address.Text(), ErrnoText(errno))};
  }
  return fd;
}

Result<Address> LocalAddress(int fd) {
  return NameOf(fd, &::getsockname, "getsockname");
}

void ResetOnClose(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace loadline::net
