// What a failed connection or a broken reply is called in measure's words.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/response_fault.h"
#include "measure/error_kind.h"
#include "net/net_error.h"
#include "net/stream.h"

namespace loadline::load {

/// A failure with its words, which outlive the stream they come from.
struct NamedFailure {
  measure::ErrorKind kind = measure::ErrorKind::kNone;
  std::uint32_t code = 0;  ///< Tells details of one kind apart.
  std::string detail;      ///< Empty where the kind says it all.
};

/// The stream failed before it was open.
[[nodiscard]] NamedFailure ConnectFailure(const net::Stream& stream);

/// The stream failed while a request was on it.
[[nodiscard]] NamedFailure TransferFailure(const net::Stream& stream);

/// The reply was no HTTP/1.1, or ended too early.
[[nodiscard]] NamedFailure ReplyFailure(http::ResponseFault fault);

/// The kind for an error of the connect phase.
[[nodiscard]] measure::ErrorKind ConnectKind(net::NetError error);

}  // namespace loadline::load
