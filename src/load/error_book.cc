#include "load/error_book.h"

#include <algorithm>
#include <utility>

namespace loadline::load {
namespace {

constexpr std::size_t kHeadBytes = 512;
constexpr std::size_t kBodyBytes = 512;
constexpr std::size_t kLookedAt = 16UL * 1024;

/// Appends printable text; anything else but line ends becomes a dot, so that a terminal is safe.
void AppendHarmless(std::string_view text, std::size_t limit, std::string& out) {
  for (const char c : text.substr(0, limit)) {
    if (c == '\r') {
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += (byte >= 0x20 && byte < 0x7f) || c == '\n' || c == '\t' ? c : '.';
  }
  if (text.size() > limit) {
    out += "...";
  }
}

}  // namespace

std::string TallyName(measure::ErrorKind kind, std::string_view detail) {
  std::string name(measure::Name(kind));
  if (!detail.empty()) {
    name += ' ';
    name += detail;
  }
  return name;
}

std::string MakeSample(std::string_view head, std::string_view body) {
  std::string sample;
  AppendHarmless(head, kHeadBytes, sample);
  while (!sample.empty() && sample.back() == '\n') {
    sample.pop_back();
  }
  if (!body.empty()) {
    sample += sample.empty() ? "" : "\n\n";
    AppendHarmless(body, kBodyBytes, sample);
  }
  return sample;
}

std::uint16_t ErrorRegistry::NumberOf(measure::ErrorTally first) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto find = [&] {
    return std::find_if(tallies_.begin(), tallies_.end(), [&](const measure::ErrorTally& tally) {
      return tally.kind == first.kind && tally.name == first.name;
    });
  };
  auto found = find();
  if (found == tallies_.end() && tallies_.size() >= kMaxTallies) {
    first.name = TallyName(first.kind, "(others)");
    found = find();
  }
  if (found == tallies_.end()) {
    tallies_.push_back(std::move(first));
    return static_cast<std::uint16_t>(tallies_.size() - 1);
  }
  return static_cast<std::uint16_t>(found - tallies_.begin());
}

void ErrorRegistry::Add(std::uint16_t number, std::int64_t count, Duration first, Duration last) {
  const std::lock_guard<std::mutex> lock(mutex_);
  measure::ErrorTally& tally = tallies_[number];
  tally.first = tally.count == 0 ? first : std::min(tally.first, first);
  tally.last = std::max(tally.last, last);
  tally.count += count;
}

std::vector<measure::ErrorTally> ErrorRegistry::Tallies() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return tallies_;
}

std::uint16_t ErrorLedger::NumberOf(const Failure& failure, const FailedRequest& request) {
  for (const Entry& entry : entries_) {
    if (entry.kind == failure.kind && entry.code == failure.code &&
        entry.on_start == request.on_start) {
      return entry.number;
    }
  }
  return Register(failure, request);
}

std::uint16_t ErrorLedger::Register(const Failure& failure, const FailedRequest& request) {
  measure::ErrorTally tally;
  tally.kind = failure.kind;
  tally.name = TallyName(failure.kind, redactor_.Redact(failure.detail));
  if (request.on_start) {
    tally.name.insert(0, "on_start: ");
  } else {
    tally.request = request.number;
    tally.task = request.task;
  }
  // Redacted before it is shortened: half a secret at the cut would not be recognised.
  tally.sample = MakeSample(redactor_.Redact(failure.head.substr(0, kLookedAt)),
                            redactor_.Redact(failure.body.substr(0, kLookedAt)));
  const std::uint16_t number = registry_.NumberOf(std::move(tally));
  // Texts without end (a target that invents reasons) must not make the search above long.
  if (entries_.size() < 2 * ErrorRegistry::kMaxTallies) {
    entries_.push_back({.kind = failure.kind,
                        .on_start = request.on_start,
                        .code = failure.code,
                        .number = number});
  }
  return number;
}

void ErrorLedger::Count(std::uint16_t number, Duration at) {
  for (Entry& entry : entries_) {
    if (entry.number == number) {
      entry.first = entry.count == 0 ? at : std::min(entry.first, at);
      entry.last = std::max(entry.last, at);
      ++entry.count;
      return;
    }
  }
  registry_.Add(number, 1, at, at);
}

void ErrorLedger::Close() {
  for (Entry& entry : entries_) {
    if (entry.count > 0) {
      registry_.Add(entry.number, entry.count, entry.first, entry.last);
      entry.count = 0;
    }
  }
}

}  // namespace loadline::load
