// ConnectionPool: the connections of one engine thread: opening, spreading, keeping, closing.
//
// New connections go to the target's addresses in turn; idle ones are used in turn too (longest
// idle first), so that every connection, and whatever balancer it was assigned by, gets its share.
// Belongs to one thread; the thread's loop reports what happens to the streams.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "load/connection.h"
#include "load/net_failure.h"
#include "load/plan.h"
#include "net/address.h"
#include "net/deadline_wheel.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/tls.h"

namespace loadline::load {

struct PoolOptions {
  std::int64_t limit = 0;           ///< Connections of this thread at most; 0: none.
  std::int64_t descriptors = 0;     ///< That this thread may use: beyond, the machine has run out.
  std::size_t body_limit = 0;       ///< Bytes of bodies that checks look at; 0: no body is kept.
  std::uint32_t first_address = 0;  ///< Where this thread begins to go round.
};

class ConnectionPool {
 public:
  /// All references must outlive it; `tls` is null for plain HTTP. `addresses` may be empty (the
  /// name did not resolve, `unresolved` says why): then every Open() fails.
  ConnectionPool(const PoolOptions& options, const Plan& plan, net::Loop& loop,
                 net::TlsContext* tls, std::vector<net::Address> addresses, std::string unresolved,
                 Instant now);

  /// Starts a connection: kConnecting, or kIdle at once; null: it failed at once, see `failure`.
  /// `deadline`: for its establishment. It is not in the idle queue.
  [[nodiscard]] Connection* Open(Instant now, Instant deadline, NamedFailure& failure);

  /// Another connection may be opened.
  [[nodiscard]] bool HasRoom() const { return options_.limit == 0 || open_ < options_.limit; }

  /// Goes on after an event on a connecting one: true once it is idle (not queued). False:
  /// still connecting, or its stream has failed.
  [[nodiscard]] bool Continue(Connection& connection, Instant now);

  /// The connection that has been idle longest, taken out of the queue; null: none. Those past
  /// their age are closed on the way.
  [[nodiscard]] Connection* TakeIdle(Instant now);
  void QueueIdle(Connection& connection);

  /// May carry another request, as far as policy goes (requests, age).
  [[nodiscard]] bool MayReuse(const Connection& connection, Instant now) const {
    return policy_.keep_alive &&
           (policy_.max_requests == 0 || connection.served < policy_.max_requests) &&
           (policy_.max_age == Duration::zero() || now - connection.opened < policy_.max_age);
  }

  /// Waits for the peer to close it, for at most 1 s.
  void Linger(Connection& connection, Instant now);
  /// Closes it, in good order or with a reset, and forgets what was on it.
  void Close(Connection& connection, bool reset);
  void CloseAll();

  /// Calls `on_expired(connection)` for each connecting one past its deadline; lingering ones are
  /// closed.
  template <typename OnExpired>
  void Expire(Instant now, OnExpired&& on_expired) {
    wheel_.Expire(now, [&](std::uint32_t index) {
      Connection& connection = connections_[index];
      if (connection.state == ConnectionState::kConnecting) {
        on_expired(connection);
      } else if (connection.state == ConnectionState::kLingering) {
        Close(connection, false);
      }
    });
  }
  /// Also when the name is to be looked up again.
  [[nodiscard]] Instant NextCheck() const { return std::min(wheel_.NextCheck(), next_lookup_); }
  /// Asks for the name again when it is time. Cheap otherwise.
  void Refresh(Instant now) {
    if (now >= next_lookup_) [[unlikely]] {
      AskAgain(now);
    }
  }
  /// The loop was woken: an answer of the resolver may be there.
  void TakeAnswers();

  [[nodiscard]] Connection& operator[](std::uint32_t index) { return connections_[index]; }
  [[nodiscard]] std::int64_t open() const { return open_; }  ///< Connecting and established.
  [[nodiscard]] std::int64_t connecting() const { return connecting_; }

  // What became of them.
  [[nodiscard]] std::int64_t opened() const { return opened_; }
  [[nodiscard]] Duration connect_sum() const { return connect_sum_; }
  [[nodiscard]] Duration tls_sum() const { return tls_sum_; }
  /// Addresses that at least one connection was established to.
  [[nodiscard]] const std::vector<std::string>& used_addresses() const { return used_; }

 private:
  [[nodiscard]] Connection& NewConnection();
  void Established(Connection& connection, Instant now);
  void RemoveIdle(Connection& connection);
  void AskAgain(Instant now);

  // Constant after construction.
  PoolOptions options_;
  const Plan& plan_;
  const scenario::ConnectionPolicy& policy_;
  net::Loop& loop_;
  net::TlsContext* tls_;
  // Owner thread only.
  std::deque<Connection> connections_;  // References stay good while it grows.
  std::vector<std::uint32_t> free_;
  std::uint32_t first_idle_ = kNoIndex;
  std::uint32_t last_idle_ = kNoIndex;
  std::int64_t open_ = 0;  // Lingering ones not counted.
  std::int64_t connecting_ = 0;
  net::DeadlineWheel wheel_;
  std::vector<net::Address> addresses_;
  std::string unresolved_;
  std::uint32_t next_address_;
  Instant next_lookup_ = Instant::max();
  std::optional<net::Resolver> resolver_;
  std::optional<net::ResolverClient> client_;
  std::int64_t opened_ = 0;
  Duration connect_sum_{};
  Duration tls_sum_{};
  std::vector<std::string> used_;
};

}  // namespace loadline::load
