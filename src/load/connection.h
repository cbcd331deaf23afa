// Connection: one connection to the target and what is on it.
//
// clang-format off
//   state       what happens                                   next
//   ----------  ---------------------------------------------  -----------------------------------
//   closed      a request needs it: StartConnect()             connecting (or idle at once)
//   connecting  TCP and TLS are established                    idle; takes the request that waits
//   connecting  failed, or connect time-out                    closed; that request's attempt fails
//   idle        a request is sent: all of it / a part          waiting / sending
//   idle        the peer closes, or sends unasked              closed; nobody is charged
//   sending     the rest is sent                               waiting
//   sending     the reply comes early                          receiving
//   waiting     first byte of the reply                        receiving
//   receiving   reply complete, may be used again              idle
//   receiving   reply complete, may not                        lingering
//   sending, waiting, receiving:
//               fault, close, reset, time-out, cut             closed; the attempt fails
//   lingering   the peer closes, or 1 s has passed             closed
// clang-format on
//
// Lingering leaves the first close to the server, so that TIME_WAIT holds its port and not ours.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/units.h"
#include "http/body_capture.h"
#include "http/response_parser.h"
#include "load/request.h"
#include "net/loop.h"
#include "net/stream.h"

namespace loadline::load {

enum class ConnectionState : std::uint8_t {
  kClosed,
  kConnecting,
  kIdle,
  kSending,
  kWaiting,
  kReceiving,
  kLingering,
};

/// Aligned, so that what a reply touches lies in as few cache lines as can be.
struct alignas(64) Connection {
  net::Stream stream;
  net::Registration registration;
  ConnectionState state = ConnectionState::kClosed;
  std::uint32_t index = 0;  // Its own.
  /// In flight; or, where every user has a connection of its own, waiting for it to be established.
  std::uint32_t request = kNoIndex;
  std::uint32_t user = kNoIndex;      // Whose own it is; kNoIndex where connections are shared.
  std::uint32_t served = 0;           // Requests answered since it was opened; saturating.
  std::uint32_t address = 0;          // Index of the address it goes to.
  std::uint32_t previous = kNoIndex;  // In the queue of idle connections.
  std::uint32_t next = kNoIndex;
  std::string_view unsent;  // What is left of the request being sent.
  Instant opened{};
  http::ResponseParser parser;
  std::unique_ptr<http::BodyCapture> capture;  // Null unless some task's checks look at bodies.
};

}  // namespace loadline::load
