#include "net/resolver.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/mailbox.h"

namespace loadline::net {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// Takes `host` or `[v6]` from the front of `text`, up to a colon or the end.
std::optional<std::string_view> TakeHost(std::string_view& text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    return host;
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view host = text.substr(0, colon);
  text.remove_prefix(colon);
  return host;
}

const ResolveOverride* FindOverride(const std::vector<ResolveOverride>& overrides,
                                    const std::string& host, std::uint16_t port) {
  const std::string lower = LowerCase(host);
  for (const ResolveOverride& candidate : overrides) {
    if (candidate.port == port && (candidate.host == lower || candidate.host == "*")) {
      return &candidate;
    }
  }
  return nullptr;
}

// `127.1` and `0x7f000001` are 127.0.0.1, as everywhere; a name server would know nothing of it.
std::optional<Address> ParseShortForm(const std::string& host, std::uint16_t port) {
  in_addr value{};
  std::array<char, INET_ADDRSTRLEN> text{};
  if (::inet_aton(host.c_str(), &value) != 1 ||
      ::inet_ntop(AF_INET, &value, text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return Address::Parse(text.data(), port).value();
}

}  // namespace

Result<ResolveOverride> ParseResolveOverride(std::string_view text) {
  const Error wrong{ErrorCode::kInvalidArgument,
                    fmt::format("\"{}\" should be host:port:address[,address], "
                                "such as api.example.com:443:10.0.0.7 or api:80:[::1]",
                                text)};
  std::string_view rest = text;
  const std::optional<std::string_view> host = TakeHost(rest);
  if (!host.has_value() || host->empty() || !rest.starts_with(':')) {
    return wrong;
  }
  rest.remove_prefix(1);
  ResolveOverride result;
  result.host = LowerCase(*host);
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), result.port);
  if (problem != std::errc{} || result.port == 0) {
    return wrong;
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.starts_with(':')) {
    return wrong;
  }
  rest.remove_prefix(1);
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const Result<Address> address = Address::Parse(rest.substr(0, comma), result.port);
    if (!address.has_value()) {
      return wrong;
    }
    result.addresses.push_back(*address);
    if (comma == rest.size()) {
      return result;
    }
    rest.remove_prefix(comma + 1);
  }
}

Result<Resolution> ResolveNow(const std::string& host, std::uint16_t port,
                              const std::vector<ResolveOverride>& overrides, const Lookup& lookup) {
  Resolution resolution;
  if (const ResolveOverride* override = FindOverride(overrides, host, port)) {
    resolution.addresses = override->addresses;
    return resolution;
  }
  if (const Result<Address> literal = Address::Parse(host, port); literal.has_value()) {
    resolution.addresses = {*literal};
    return resolution;
  }
  if (const std::optional<Address> literal = ParseShortForm(host, port)) {
    resolution.addresses = {*literal};
    return resolution;
  }
  const Instant start = Now();
  resolution.addresses = TRY(lookup(host, port));
  resolution.took = Now() - start;
  return resolution;
}

/// Where answers for one thread arrive.
struct ResolverClient::Inbox {
  static constexpr std::size_t kCapacity = 64;

  Mailbox<Resolution> answers{kCapacity};
  std::mutex mutex;  // Guards `loop`: it ends with the client, answers may come later.
  Loop* loop = nullptr;
};

/// What the asking threads and the resolver's own thread share.
struct Resolver::Shared {
  struct Question {
    std::uint64_t number = 0;
    std::string host;
    std::uint16_t port = 0;
    std::shared_ptr<ResolverClient::Inbox> inbox;
  };

  static void Work(const std::shared_ptr<Shared>& shared);
  static void Answer(const Question& question, Resolution resolution);

  // Constant after construction.
  std::vector<ResolveOverride> overrides;
  Lookup lookup;
  // Crosses threads: guarded by the mutex.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Question> questions;  // Bounded: each client has at most kCapacity outstanding.
  bool stopping = false;
};

void Resolver::Shared::Work(const std::shared_ptr<Shared>& shared) {
  while (true) {
    Question question;
    {
      std::unique_lock lock(shared->mutex);
      shared->changed.wait(lock, [&] { return shared->stopping || !shared->questions.empty(); });
      if (shared->stopping) {
        return;
      }
      question = std::move(shared->questions.front());
      shared->questions.pop_front();
    }
    Result<Resolution> result =
        ResolveNow(question.host, question.port, shared->overrides, shared->lookup);
    Resolution resolution;
    if (result.has_value()) {
      resolution = std::move(*result);
    } else {
      resolution.error = result.error().message;
    }
    resolution.question = question.number;
    Answer(question, std::move(resolution));
  }
}

void Resolver::Shared::Answer(const Question& question, Resolution resolution) {
  const bool pushed = question.inbox->answers.Push(std::move(resolution));
  CHECK(pushed);  // Ask() admits no more questions than there is room for answers.
  const std::lock_guard lock(question.inbox->mutex);
  if (question.inbox->loop != nullptr) {
    question.inbox->loop->Wake();
  }
}

Resolver::Resolver(std::vector<ResolveOverride> overrides, Lookup lookup)
    : shared_(std::make_shared<Shared>()) {
  shared_->overrides = std::move(overrides);
  shared_->lookup = std::move(lookup);
  // Detached, because nothing can stop a lookup that waits; it owns all it touches.
  std::thread([shared = shared_] { Shared::Work(shared); }).detach();
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->questions.clear();
  shared_->changed.notify_all();
}

ResolverClient::ResolverClient(Resolver& resolver, Loop& loop)
    : resolver_(resolver.shared_), inbox_(std::make_shared<Inbox>()) {
  inbox_->loop = &loop;
}

ResolverClient::~ResolverClient() {
  const std::lock_guard lock(inbox_->mutex);
  inbox_->loop = nullptr;
}

std::uint64_t ResolverClient::Ask(const std::string& host, std::uint16_t port) {
  if (outstanding_ == Inbox::kCapacity) {
    return 0;
  }
  ++outstanding_;
  const std::uint64_t number = ++last_question_;
  const std::lock_guard lock(resolver_->mutex);
  resolver_->questions.push_back({number, host, port, inbox_});
  resolver_->changed.notify_one();
  return number;
}

bool ResolverClient::TakeAnswer(Resolution& answer) {
  if (!inbox_->answers.Pop(answer)) {
    return false;
  }
  --outstanding_;
  return true;
}

}  // namespace loadline::net
