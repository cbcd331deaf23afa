#include "net/net_error.h"

#include <cerrno>
#include <cstring>

namespace loadline::net {

NetError NetErrorFromErrno(int error) {
  switch (error) {
    case 0:
      return NetError::kNone;
    case ECONNREFUSED:
      return NetError::kRefused;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return NetError::kReset;
    case ETIMEDOUT:
      return NetError::kTimedOut;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EAFNOSUPPORT:
      return NetError::kUnreachable;
    case EMFILE:
    case ENFILE:
      return NetError::kNoDescriptors;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
      return NetError::kNoLocalPorts;
    case ENOBUFS:
    case ENOMEM:
      return NetError::kNoMemory;
    case EPERM:
    case EACCES:
      return NetError::kNotPermitted;
    default:
      return NetError::kOther;
  }
}

std::string_view Text(NetError error) {
  switch (error) {
    case NetError::kNone:
      return "no error";
    case NetError::kNotResolved:
      return "name not resolved";
    case NetError::kRefused:
      return "connection refused";
    case NetError::kReset:
      return "connection reset";
    case NetError::kTimedOut:
      return "connection timed out";
    case NetError::kUnreachable:
      return "host unreachable";
    case NetError::kNoDescriptors:
      return "out of file descriptors";
    case NetError::kNoLocalPorts:
      return "out of local ports";
    case NetError::kNoMemory:
      return "out of network buffers";
    case NetError::kNotPermitted:
      return "not permitted on this machine";
    case NetError::kClosedEarly:
      return "closed early";
    case NetError::kTls:
      return "TLS failed";
    case NetError::kOther:
      return "network error";
  }
  return "network error";
}

std::string ErrnoText(int error) {
  char buffer[128] = {};
  // The GNU strerror_r returns the text, which need not lie in the buffer.
  return strerror_r(error, buffer, sizeof(buffer));
}

}  // namespace loadline::net
