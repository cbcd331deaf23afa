// Stream: a client connection, plain TCP or TLS over TCP, non-blocking, behind one set of calls.
//
// Belongs to its loop's thread. It allocates only for TLS, when connecting, and reads the clock
// only when a TLS handshake ends. Plain Send() and Recv() are one system call and one branch.
//
// Life:
//     stream.StartConnect(address, options, tls, now);   // tls null: plain
//     registration = *loop.Add(stream.fd(), owner);      // if not kFailed
//     on each event:   stream.OnEvent(event);            // always first
//         while not yet open:  stream.ContinueConnect(now);
//         open: Send() what is pending, then Recv() until it is not kOk.
//     loop.Remove(registration); stream.Close();
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/net_error.h"
#include "net/socket.h"
#include "net/tls.h"

namespace loadline::net {

enum class StreamState : std::uint8_t {
  kClosed,       ///< No socket: fresh, or after Close().
  kConnecting,   ///< TCP's handshake is under way.
  kHandshaking,  ///< TLS's handshake is under way.
  kOpen,         ///< Send() and Recv() may be called.
  kFailed,       ///< error() says why; only Close() is left.
};

enum class IoStatus : std::uint8_t {
  kOk,      ///< `bytes` > 0 were moved.
  kAgain,   ///< Nothing more now; the next event says when.
  kClosed,  ///< Recv only: the peer has ended its side in good order.
  kError,   ///< The stream failed: error() and ErrorText().
};

struct IoResult {
  IoStatus status = IoStatus::kAgain;
  std::size_t bytes = 0;
};

class Stream {
 public:
  Stream() = default;
  ~Stream() { Close(); }
  Stream(const Stream&) = delete;  // TLS keeps its address.
  Stream& operator=(const Stream&) = delete;

  /// Starts to connect to `peer`; the stream must be kClosed. `tls` (may be null) must outlive the
  /// connection. Returns the new state: kConnecting, kHandshaking, kOpen (loopback may connect at
  /// once), or kFailed.
  StreamState StartConnect(const Address& peer, const ConnectOptions& options, TlsContext* tls,
                           Instant now);

  /// Goes on connecting after an event; returns the new state. Harmless in any state.
  StreamState ContinueConnect(Instant now);

  /// Tells the stream what the loop saw. Call it first for every event: Recv() does not ask the
  /// kernel again after it had emptied the socket, until an event says that more came.
  void OnEvent(const Event& event) {
    may_read_ = may_read_ || event.readable;
    peer_closed_ = peer_closed_ || event.peer_closed;
  }

  /// Sends as much of `bytes` as goes now. kOk may mean a part: come back with the rest on the next
  /// writable event. Once bytes were refused (kAgain, or kOk with fewer), TLS may hold a record
  /// made of the rest: the next Send() must begin with that same rest.
  [[nodiscard]] IoResult Send(std::string_view bytes);

  /// Reads into `buffer`. Call it until it is not kOk: that costs no further system call when the
  /// socket is known to be empty. (Edge-triggered events make reading to the end a duty.)
  [[nodiscard]] IoResult Recv(std::span<char> buffer);

  /// Says that nothing more will be sent (TLS: close_notify, then FIN); reading goes on.
  void ShutdownSend();

  /// Closes in good order and forgets everything: ready for StartConnect(). Does nothing if closed.
  void Close();

  /// As Close(), but with a reset: leaves no local port in TIME_WAIT, and the peer notices.
  void Reset();

  [[nodiscard]] StreamState state() const { return state_; }
  [[nodiscard]] bool is_open() const { return state_ == StreamState::kOpen; }
  /// -1 without a socket.
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_tls() const { return ssl_ != nullptr; }

  /// Why it is kFailed; kNone otherwise.
  [[nodiscard]] NetError error() const { return error_; }
  /// The reason in words: `connection refused`, `TLS: certificate verify failed: self-signed
  /// certificate`. Allocates.
  [[nodiscard]] std::string ErrorText() const;

  /// From StartConnect() to the end of TCP's handshake; 0 until then.
  [[nodiscard]] Duration connect_time() const { return connect_time_; }
  /// From then to the end of TLS's handshake, our own cryptography included; 0 for plain TCP and
  /// until then.
  [[nodiscard]] Duration tls_time() const { return tls_time_; }
  /// TLS only, once open: the session of an earlier connection was taken up again.
  [[nodiscard]] bool tls_resumed() const;
  /// TLS only, once open: `TLSv1.3`; empty otherwise.
  [[nodiscard]] std::string_view tls_version() const;

 private:
  friend struct StreamBio;  // OpenSSL's way to the socket (stream_bio.h).

  StreamState StartHandshake(Instant now);
  StreamState ContinueHandshake();
  StreamState Fail(NetError error);
  IoResult SendTls(std::string_view bytes);
  IoResult RecvTls(std::span<char> buffer);
  /// Turns the result of an SSL call that did not succeed into a status.
  IoResult TlsOutcome(int result);
  /// recv() and send() without EINTR and SIGPIPE. kError leaves errno in system_error_ and does not
  /// yet fail the stream.
  IoResult RecvRaw(std::span<char> buffer);
  IoResult SendRaw(std::string_view bytes);
  void Forget();

  int fd_ = -1;
  StreamState state_ = StreamState::kClosed;
  NetError error_ = NetError::kNone;
  bool may_read_ = true;         // The kernel may hold unread bytes.
  bool peer_closed_ = false;     // Then a short read does not mean that the socket is empty.
  bool at_end_ = false;          // recv() has said that nothing more comes.
  int system_error_ = 0;         // errno of the failure.
  int verify_error_ = 0;         // X509_V_ERR_* of a refused certificate.
  unsigned long tls_error_ = 0;  // OpenSSL's packed error code of the failure.
  ssl_st* ssl_ = nullptr;
  TlsContext* tls_ = nullptr;
  Instant phase_started_{};
  Duration connect_time_{};
  Duration tls_time_{};
};

}  // namespace loadline::net
