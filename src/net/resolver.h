// Names to addresses in the background: a thread that looks up, so that no loop waits for DNS.
//
// A Resolver may be asked from any thread. Each asking thread has its own ResolverClient, which
// belongs to that thread; answers arrive in it after its loop was woken. Nothing here is on the hot
// path: a name is asked for once per re-resolution interval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "net/address.h"
#include "net/lookup.h"
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
  std::vector<Address> addresses;  ///< All of them, in the order of `Lookup`. Empty: see `error`.
  std::string error;               ///< `cannot resolve "x.test": no such name (asked …)`.
  Duration took{};                 ///< How long the lookup took; 0 for literals and overrides.
};

/// Overrides, then literal addresses (`127.1` is 127.0.0.1, as everywhere), then `lookup`; blocks
/// the calling thread. For preflight. `question` is 0 and `error` empty; a failure is kUnavailable.
[[nodiscard]] Result<Resolution> ResolveNow(const std::string& host, std::uint16_t port,
                                            const std::vector<ResolveOverride>& overrides,
                                            const Lookup& lookup = LookupName);

class ResolverClient;

class Resolver {
 public:
  explicit Resolver(std::vector<ResolveOverride> overrides = {}, Lookup lookup = LookupName);
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
