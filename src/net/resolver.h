// Names to addresses: a background thread for getaddrinfo, so that no loop ever waits for DNS.
//
// A Resolver may be asked from any thread. Each asking thread has its own ResolverClient, which
// belongs to that thread; answers arrive in it after its loop was woken. Nothing here is on the hot
// path: a name is asked for once per re-resolution interval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "net/address.h"
#include "net/loop.h"

namespace loadline::net {

/// `--resolve host:port:addr[,addr]`: these addresses instead of asking.
struct ResolveOverride {
  std::string host;  ///< Lower case; `*` stands for every host.
  std::uint16_t port = 0;
  std::vector<Address> addresses;  ///< At least one, each with `port`.
};

/// Parses one `--resolve` value. IPv6 addresses, and hosts that are IPv6 literals, are in brackets.
[[nodiscard]] Result<ResolveOverride> ParseResolveOverride(std::string_view text);

/// The answer to one question.
struct Resolution {
  std::uint64_t question = 0;      ///< What Ask() returned.
  std::vector<Address> addresses;  ///< All of them, in the resolver's order (RFC 6724), without
                                   ///< duplicates; addresses this machine has no route to are left
                                   ///< out unless it has a route to none. Empty: see `error`.
  std::string error;               ///< `cannot resolve "x.test": Name or service not known`.
  Duration took{};                 ///< How long the lookup took; 0 for literals and overrides.
};

/// Looks a name up; blocks. The one place where the outside world enters; tests pass their own.
using Lookup =
    std::function<Result<std::vector<Address>>(const std::string& host, std::uint16_t port)>;

/// getaddrinfo for TCP, both families. kUnavailable with the system's reason.
[[nodiscard]] Result<std::vector<Address>> LookupWithSystem(const std::string& host,
                                                            std::uint16_t port);

/// Literal address, then overrides, then `lookup`; blocks the calling thread. For preflight.
/// `question` is 0 and `error` empty; a failure is kUnavailable.
[[nodiscard]] Result<Resolution> ResolveNow(const std::string& host, std::uint16_t port,
                                            const std::vector<ResolveOverride>& overrides,
                                            const Lookup& lookup = LookupWithSystem);

class ResolverClient;

class Resolver {
 public:
  explicit Resolver(std::vector<ResolveOverride> overrides = {}, Lookup lookup = LookupWithSystem);
  /// Never waits for a lookup that hangs: its answer is dropped.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

 private:
  friend class ResolverClient;
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// One thread's side of a Resolver: ask here, take answers after Turn::woken.
class ResolverClient {
 public:
  /// `loop` is woken when an answer is there; it must outlive the client. The resolver need not.
  ResolverClient(Resolver& resolver, Loop& loop);
  ~ResolverClient();
  ResolverClient(const ResolverClient&) = delete;
  ResolverClient& operator=(const ResolverClient&) = delete;

  /// Asks in the background; returns the question's number (1, 2, ...), which the answer
  /// carries; 0, and no answer comes, while 64 answers are outstanding.
  std::uint64_t Ask(const std::string& host, std::uint16_t port);

  /// Takes one answer; false if none is there (yet). Never blocks.
  [[nodiscard]] bool TakeAnswer(Resolution& answer);

 private:
  friend class Resolver;
  struct Inbox;
  std::shared_ptr<Resolver::Shared> resolver_;
  std::shared_ptr<Inbox> inbox_;
  std::uint64_t last_question_ = 0;
  std::size_t outstanding_ = 0;
};

}  // namespace loadline::net
