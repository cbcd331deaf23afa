#include "net/stream.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "base/check.h"
#include "base/clock.h"
#include "net/stream_bio.h"
#include "net/tls_error.h"

namespace loadline::net {
namespace {

// SSL_read and SSL_write count in int.
int IntSize(std::size_t size) {
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(size, kMost));
}

}  // namespace

StreamState Stream::StartConnect(const Address& peer, const ConnectOptions& options,
                                 TlsContext* tls, Instant now) {
  CHECK(state_ == StreamState::kClosed);
  tls_ = tls;
  phase_started_ = now;
  state_ = StreamState::kConnecting;
  const TcpConnect connect = StartTcpConnect(peer, options);
  fd_ = connect.fd;
  if (connect.error != 0) {
    system_error_ = connect.error;
    return Fail(NetErrorFromErrno(connect.error));
  }
  return connect.established ? StartHandshake(now) : state_;
}

StreamState Stream::ContinueConnect(Instant now) {
  if (state_ == StreamState::kConnecting) {
    const int error = FinishTcpConnect(fd_);
    if (error == EINPROGRESS) {
      return state_;
    }
    if (error != 0) {
      system_error_ = error;
      return Fail(NetErrorFromErrno(error));
    }
    return StartHandshake(now);
  }
  return state_ == StreamState::kHandshaking ? ContinueHandshake() : state_;
}

StreamState Stream::StartHandshake(Instant now) {
  connect_time_ = now - phase_started_;
  phase_started_ = now;
  if (tls_ == nullptr) {
    return state_ = StreamState::kOpen;
  }
  ERR_clear_error();
  ssl_ = tls_->NewConnection();
  BIO* bio = ssl_ != nullptr ? NewStreamBio(*this) : nullptr;
  if (bio == nullptr) {
    tls_error_ = TakeTlsError();
    return Fail(NetError::kTls);
  }
  SSL_set_bio(ssl_, bio, bio);  // Takes the one reference; read and write share it.
  SSL_set_connect_state(ssl_);
  state_ = StreamState::kHandshaking;
  return ContinueHandshake();
}

StreamState Stream::ContinueHandshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    // Not `now`: the turn began before the last flight was verified, which takes up to
    // milliseconds.
    tls_time_ = Now() - phase_started_;
    return state_ = StreamState::kOpen;
  }
  if (TlsOutcome(result).status == IoStatus::kClosed) {
    return Fail(NetError::kClosedEarly);
  }
  return state_;
}

IoResult Stream::Send(std::string_view bytes) {
  CHECK(state_ == StreamState::kOpen);
  if (ssl_ != nullptr) {
    return SendTls(bytes);
  }
  const IoResult result = SendRaw(bytes);
  if (result.status == IoStatus::kError) {
    Fail(NetErrorFromErrno(system_error_));
  }
  return result;
}

IoResult Stream::Recv(std::span<char> buffer) {
  CHECK(state_ == StreamState::kOpen);
  if (ssl_ != nullptr) {
    return RecvTls(buffer);
  }
  const IoResult result = RecvRaw(buffer);
  if (result.status == IoStatus::kError) {
    Fail(NetErrorFromErrno(system_error_));
  }
  return result;
}

IoResult Stream::SendTls(std::string_view bytes) {
  ERR_clear_error();
  std::size_t sent = 0;
  // OpenSSL sends one record a call; only a full socket brings the next writable event.
  while (sent < bytes.size()) {
    const int result = SSL_write(ssl_, bytes.data() + sent, IntSize(bytes.size() - sent));
    if (result <= 0) {
      const IoResult outcome = TlsOutcome(result);
      if (outcome.status == IoStatus::kAgain && sent > 0) {
        break;
      }
      if (outcome.status == IoStatus::kClosed) {
        Fail(NetError::kClosedEarly);
        return {.status = IoStatus::kError};
      }
      return outcome;
    }
    sent += static_cast<std::size_t>(result);
  }
  return {.status = IoStatus::kOk, .bytes = sent};
}

IoResult Stream::RecvTls(std::span<char> buffer) {
  ERR_clear_error();
  const int result = SSL_read(ssl_, buffer.data(), IntSize(buffer.size()));
  if (result > 0) {
    return {.status = IoStatus::kOk, .bytes = static_cast<std::size_t>(result)};
  }
  return TlsOutcome(result);
}

IoResult Stream::TlsOutcome(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {.status = IoStatus::kAgain};
    case SSL_ERROR_ZERO_RETURN:
      return {.status = IoStatus::kClosed};
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      if (at_end_ || system_error_ == 0) {
        return {.status = IoStatus::kClosed};
      }
      Fail(NetErrorFromErrno(system_error_));
      return {.status = IoStatus::kError};
    default:
      tls_error_ = TakeTlsError();
      verify_error_ = static_cast<int>(SSL_get_verify_result(ssl_));
      Fail(NetError::kTls);
      return {.status = IoStatus::kError};
  }
}

IoResult Stream::RecvRaw(std::span<char> buffer) {
  if (!may_read_) {
    return {.status = IoStatus::kAgain};
  }
  while (true) {
    const ssize_t received = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (received > 0) [[likely]] {
      const auto bytes = static_cast<std::size_t>(received);
      // A short read means that the socket was empty then, and whatever came since brings its own
      // event; but the end of the stream may already have been announced with this one.
      may_read_ = bytes == buffer.size() || peer_closed_;
      return {.status = IoStatus::kOk, .bytes = bytes};
    }
    if (received == 0) {
      at_end_ = true;
      return {.status = IoStatus::kClosed};
    }
    if (errno == EAGAIN) {
      may_read_ = false;
      return {.status = IoStatus::kAgain};
    }
    if (errno != EINTR) {
      system_error_ = errno;
      return {.status = IoStatus::kError};
    }
  }
}

IoResult Stream::SendRaw(std::string_view bytes) {
  while (true) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) [[likely]] {
      return {.status = IoStatus::kOk, .bytes = static_cast<std::size_t>(sent)};
    }
    if (errno == EAGAIN) {
      return {.status = IoStatus::kAgain};
    }
    if (errno != EINTR) {
      system_error_ = errno;
      return {.status = IoStatus::kError};
    }
  }
}

void Stream::ShutdownSend() {
  if (state_ != StreamState::kOpen) {
    return;
  }
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

void Stream::Close() {
  if (ssl_ != nullptr) {
    if (state_ == StreamState::kOpen) {
      ERR_clear_error();
      SSL_shutdown(ssl_);  // Sends close_notify; the peer's is not waited for.
      ERR_clear_error();
    }
    SSL_free(ssl_);
  }
  if (fd_ >= 0) {
    ::close(fd_);
  }
  Forget();
}

void Stream::Reset() {
  if (ssl_ != nullptr) {
    // Without this OpenSSL would call the session unfit to be resumed.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl_);
  }
  if (fd_ >= 0) {
    ResetOnClose(fd_);
    ::close(fd_);
  }
  Forget();
}

void Stream::Forget() {
  fd_ = -1;
  state_ = StreamState::kClosed;
  error_ = NetError::kNone;
  may_read_ = true;
  peer_closed_ = false;
  at_end_ = false;
  system_error_ = 0;
  verify_error_ = 0;
  tls_error_ = 0;
  ssl_ = nullptr;
  tls_ = nullptr;
  connect_time_ = Duration::zero();
  tls_time_ = Duration::zero();
}

StreamState Stream::Fail(NetError error) {
  error_ = error;
  return state_ = StreamState::kFailed;
}

std::string Stream::ErrorText() const {
  if (error_ == NetError::kTls) {
    std::string text = "TLS: " + TlsErrorText(tls_error_);
    if (verify_error_ != 0) {
      text += ": " + VerifyErrorText(verify_error_);
    }
    return text;
  }
  if (error_ == NetError::kOther) {
    return fmt::format("{}: {}", Text(error_), ErrnoText(system_error_));
  }
  return std::string(Text(error_));
}

bool Stream::tls_resumed() const {
  return is_open() && is_tls() && SSL_session_reused(ssl_) == 1;
}

std::string_view Stream::tls_version() const {
  return is_open() && is_tls() ? std::string_view(SSL_get_version(ssl_)) : std::string_view();
}

}  // namespace loadline::net
