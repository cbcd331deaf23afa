// Server: a small HTTP/1.1 server with a thread of its own, for the stand-in and the page.
//
// One thread runs everything: handler, alarm, and what was posted; none of them may block, and
// nothing of theirs needs a lock. A handler answers at once, or keeps the Responder and answers
// later from that thread. A request costs about 12 us of CPU, over TLS about 21 us.
//
//     auto server = TRY(Server::Create(options, handler));
//     server->Start();  …  server->Stop(5s);  server->Wait();
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/units.h"
#include "serve/request.h"
#include "serve/responder.h"

namespace loadline::serve {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< Literal IPv4 or IPv6 address (`::` takes both), or
                                      ///< `localhost`.
  std::uint16_t port = 0;             ///< 0: any free one, see Server::port().
  bool tls = false;
  std::string certificate_file;       ///< PEM with its chain; empty with `tls`: a self-signed one.
  std::string key_file;               ///< PEM, not encrypted; needed with the certificate.
  Bytes max_head{16L * 1024};         ///< Of a request; more: 431.
  Bytes max_body{16L * 1024 * 1024};  ///< More: 413.
  std::size_t max_connections = 20'000;  ///< Further ones are closed at once.
  Duration idle_timeout = 75s;           ///< A connection without a request is closed.
  Duration request_timeout = 60s;        ///< From a request's first byte to its last one.
  /// The loop spins so long before an alarm: more than the machine's wake-up latency makes alarms
  /// exact to microseconds. At most a fifth of a core goes into it; beyond that it sleeps. 0:
  /// always.
  Duration spin = Duration::zero();
};

struct ServerCounters {
  std::int64_t accepted = 0;     ///< Connections, refused ones not included.
  std::int64_t refused = 0;      ///< Connections beyond the limit.
  std::int64_t connections = 0;  ///< Open now.
  std::int64_t requests = 0;     ///< Handed to the handler.
  std::int64_t faults = 0;       ///< Requests that were not HTTP or too large.
};

class Server {
 public:
  using Handler = std::function<void(const Request&, Responder)>;
  /// `now`: the clock, read just before.
  using Alarm = std::function<void(Instant now)>;

  /// Binds and listens; no thread yet, and nothing is accepted.
  ///
  /// Errors: kInvalidArgument (address, TLS files that do not parse or fit), kNotFound (a file),
  /// kIo (the address is in use or not ours, with the reason).
  [[nodiscard]] static Result<std::unique_ptr<Server>> Create(const ServerOptions& options,
                                                              Handler handler,
                                                              Alarm alarm = nullptr);
  /// Stops without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the thread. Once.
  void Start();

  /// Any thread: accepts nothing more, closes idle connections, and the others once they have been
  /// answered, or after `grace`. Returns at once. Again: the shorter grace counts.
  void Stop(Duration grace);

  /// Waits until a stopped server's thread has ended.
  void Wait();

  [[nodiscard]] std::uint16_t port() const;
  /// `https://[::1]:8500`
  [[nodiscard]] std::string url() const;
  /// The self-signed certificate (PEM), for clients that shall trust it; empty: none was made.
  [[nodiscard]] const std::string& self_signed_certificate() const;

  /// Loop thread (or before Start()): calls the alarm once at `when`, in place of any earlier wish;
  /// Instant::max(): not at all.
  void SetAlarm(Instant when);

  /// Any thread: runs `task` on the loop's thread. After the end it is dropped.
  void Post(std::function<void()> task);

  /// Any thread.
  [[nodiscard]] ServerCounters counters() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace loadline::serve
