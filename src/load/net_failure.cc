#include "load/net_failure.h"

#include <functional>

namespace loadline::load {
namespace {

using measure::ErrorKind;

/// Details are texts of the system's: their hash tells them apart.
NamedFailure Described(ErrorKind kind, std::string detail) {
  const auto code = static_cast<std::uint32_t>(std::hash<std::string>{}(detail));
  return {.kind = kind, .code = code, .detail = std::move(detail)};
}

}  // namespace

ErrorKind ConnectKind(net::NetError error) {
  switch (error) {
    case net::NetError::kNotResolved:
      return ErrorKind::kDns;
    case net::NetError::kRefused:
      return ErrorKind::kConnectRefused;
    case net::NetError::kReset:
    case net::NetError::kClosedEarly:
      return ErrorKind::kConnectReset;
    case net::NetError::kTimedOut:
      return ErrorKind::kConnectTimeout;
    case net::NetError::kNoDescriptors:
      return ErrorKind::kNoDescriptors;
    case net::NetError::kNoLocalPorts:
      return ErrorKind::kNoPorts;
    case net::NetError::kTls:
      return ErrorKind::kTls;
    case net::NetError::kNone:
    case net::NetError::kUnreachable:
    case net::NetError::kNoMemory:
    case net::NetError::kNotPermitted:
    case net::NetError::kOther:
      return ErrorKind::kConnectUnreachable;
  }
  return ErrorKind::kConnectUnreachable;
}

NamedFailure ConnectFailure(const net::Stream& stream) {
  const ErrorKind kind = ConnectKind(stream.error());
  if (kind == ErrorKind::kTls || kind == ErrorKind::kConnectUnreachable) {
    return Described(kind, stream.ErrorText());
  }
  return {.kind = kind, .code = 0, .detail = {}};
}

NamedFailure TransferFailure(const net::Stream& stream) {
  switch (stream.error()) {
    case net::NetError::kReset:
      return {.kind = ErrorKind::kReset, .code = 0, .detail = {}};
    case net::NetError::kClosedEarly:
      return {.kind = ErrorKind::kClosedEarly, .code = 0, .detail = {}};
    case net::NetError::kTls:
      return Described(ErrorKind::kTls, stream.ErrorText());
    default:
      return Described(ErrorKind::kReset, stream.ErrorText());
  }
}

NamedFailure ReplyFailure(http::ResponseFault fault) {
  switch (fault) {
    case http::ResponseFault::kClosedBeforeResponse:
    case http::ResponseFault::kClosedInHead:
    case http::ResponseFault::kClosedInBody:
      return {.kind = ErrorKind::kClosedEarly,
              .code = static_cast<std::uint32_t>(fault),
              .detail = std::string(http::Text(fault))};
    default:
      return {.kind = ErrorKind::kProtocol,
              .code = static_cast<std::uint32_t>(fault),
              .detail = std::string(http::Text(fault))};
  }
}

}  // namespace loadline::load
