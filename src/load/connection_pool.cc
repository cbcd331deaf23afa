#include "load/connection_pool.h"

#include <algorithm>

namespace loadline::load {
namespace {

constexpr Duration kLinger = 1s;
constexpr Duration kConnectTick = 10ms;  // How exactly connect time-outs need to be met.

}  // namespace

ConnectionPool::ConnectionPool(const PoolOptions& options, const Plan& plan, net::Loop& loop,
                               net::TlsContext* tls, std::vector<net::Address> addresses,
                               std::string unresolved, Instant now)
    : options_(options),
      plan_(plan),
      policy_(plan.scenario.target.connections),
      loop_(loop),
      tls_(tls),
      wheel_(now, kConnectTick),
      addresses_(std::move(addresses)),
      unresolved_(std::move(unresolved)),
      next_address_(options.first_address) {
  const bool literal = net::Address::Parse(plan.url.host, plan.url.port).has_value();
  if (policy_.resolve_every > Duration::zero() && !literal) {
    next_lookup_ = now + policy_.resolve_every;
  }
}

Connection& ConnectionPool::NewConnection() {
  if (!free_.empty()) {
    Connection& connection = connections_[free_.back()];
    free_.pop_back();
    return connection;
  }
  const auto index = static_cast<std::uint32_t>(connections_.size());
  Connection& connection = connections_.emplace_back();
  connection.index = index;
  if (options_.body_limit > 0) {
    connection.capture = std::make_unique<http::BodyCapture>(options_.body_limit);
  }
  wheel_.Reserve(index + 1);
  return connection;
}

Connection* ConnectionPool::Open(Instant now, Instant deadline, NamedFailure& failure) {
  if (addresses_.empty()) {
    failure = {.kind = measure::ErrorKind::kDns, .code = 0, .detail = unresolved_};
    return nullptr;
  }
  if (static_cast<std::int64_t>(loop_.registered()) >= options_.descriptors) {
    failure = {.kind = measure::ErrorKind::kNoDescriptors, .code = 0, .detail = {}};
    return nullptr;
  }
  Connection& connection = NewConnection();
  connection.address = next_address_++ % static_cast<std::uint32_t>(addresses_.size());
  const net::StreamState state =
      connection.stream.StartConnect(addresses_[connection.address], {}, tls_, now);
  if (state != net::StreamState::kFailed) {
    Result<net::Registration> added =
        loop_.Add(connection.stream.fd(), reinterpret_cast<std::uint64_t>(&connection));
    if (added) {
      connection.registration = *added;
      connection.state = ConnectionState::kConnecting;
      ++open_;
      ++connecting_;
      if (state == net::StreamState::kOpen) {
        Established(connection, now);
      } else {
        wheel_.Arm(connection.index, deadline);
      }
      return &connection;
    }
    failure = {.kind = measure::ErrorKind::kNoDescriptors, .code = 1, .detail = {}};
  } else {
    failure = ConnectFailure(connection.stream);
  }
  connection.stream.Close();
  free_.push_back(connection.index);
  return nullptr;
}

bool ConnectionPool::Continue(Connection& connection, Instant now) {
  if (connection.stream.ContinueConnect(now) != net::StreamState::kOpen) {
    return false;
  }
  Established(connection, now);
  return true;
}

void ConnectionPool::Established(Connection& connection, Instant now) {
  --connecting_;
  wheel_.Disarm(connection.index);
  connection.state = ConnectionState::kIdle;
  connection.opened = now;
  connection.served = 0;
  ++opened_;
  connect_sum_ += connection.stream.connect_time();
  tls_sum_ += connection.stream.tls_time();
  if (connection.address < addresses_.size()) {
    const std::string text = addresses_[connection.address].HostText();
    if (std::find(used_.begin(), used_.end(), text) == used_.end()) {
      used_.push_back(text);
    }
  }
}

Connection* ConnectionPool::TakeIdle(Instant now) {
  while (first_idle_ != kNoIndex) {
    Connection& connection = connections_[first_idle_];
    RemoveIdle(connection);
    if (MayReuse(connection, now) || connection.served == 0) [[likely]] {
      return &connection;
    }
    Close(connection, false);
  }
  return nullptr;
}

void ConnectionPool::QueueIdle(Connection& connection) {
  connection.previous = last_idle_;
  connection.next = kNoIndex;
  (last_idle_ == kNoIndex ? first_idle_ : connections_[last_idle_].next) = connection.index;
  last_idle_ = connection.index;
}

void ConnectionPool::RemoveIdle(Connection& connection) {
  const bool queued = connection.previous != kNoIndex || first_idle_ == connection.index;
  if (!queued) {
    return;
  }
  (connection.previous == kNoIndex ? first_idle_ : connections_[connection.previous].next) =
      connection.next;
  (connection.next == kNoIndex ? last_idle_ : connections_[connection.next].previous) =
      connection.previous;
  connection.previous = kNoIndex;
  connection.next = kNoIndex;
}

void ConnectionPool::Linger(Connection& connection, Instant now) {
  connection.state = ConnectionState::kLingering;
  connection.request = kNoIndex;
  --open_;
  wheel_.Arm(connection.index, now + kLinger);
}

void ConnectionPool::Close(Connection& connection, bool reset) {
  if (connection.state == ConnectionState::kClosed) {
    return;
  }
  if (connection.state == ConnectionState::kIdle) {
    RemoveIdle(connection);
  }
  connecting_ -= connection.state == ConnectionState::kConnecting ? 1 : 0;
  open_ -= connection.state == ConnectionState::kLingering ? 0 : 1;
  wheel_.Disarm(connection.index);
  loop_.Remove(connection.registration);
  if (reset) {
    connection.stream.Reset();
  } else {
    connection.stream.Close();
  }
  connection.state = ConnectionState::kClosed;
  connection.request = kNoIndex;
  connection.unsent = {};
  connection.user = kNoIndex;
  free_.push_back(connection.index);
}

void ConnectionPool::CloseAll() {
  for (Connection& connection : connections_) {
    Close(connection, false);
  }
}

void ConnectionPool::AskAgain(Instant now) {
  next_lookup_ = now + policy_.resolve_every;
  if (!client_) {
    resolver_.emplace(plan_.overrides);
    client_.emplace(*resolver_, loop_);
  }
  (void)client_->Ask(plan_.url.host, plan_.url.port);
}

void ConnectionPool::TakeAnswers() {
  net::Resolution answer;
  while (client_ && client_->TakeAnswer(answer)) {
    if (!answer.addresses.empty()) {
      // Connections that are open stay where they are; `max_age` moves them.
      addresses_ = std::move(answer.addresses);
      unresolved_.clear();
    }
  }
}

}  // namespace loadline::load
