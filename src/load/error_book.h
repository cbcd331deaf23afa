// ErrorBook: failures by kind and detail, with first, last and one example each.
//
// Rows carry a tally's number, so the numbers must be the same on every thread: an ErrorRegistry,
// shared and locked, gives them out; each thread keeps an ErrorLedger of its own that asks the
// registry only when it meets a kind for the first time.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "scenario/secrets.h"

namespace loadline::load {

/// The tallies of one step. Any thread.
class ErrorRegistry {
 public:
  /// More kinds than this share one tally per ErrorKind: memory stays bounded whatever texts a
  /// target invents.
  static constexpr std::size_t kMaxTallies = 256;

  /// The number of the tally of `first`'s kind and name; made of it, sample and all, if it is new.
  [[nodiscard]] std::uint16_t NumberOf(measure::ErrorTally first);

  /// Adds a thread's count to tally `number`. `first` <= `last`.
  void Add(std::uint16_t number, std::int64_t count, Duration first, Duration last);

  /// All tallies by number. Call it when no thread writes any more.
  [[nodiscard]] std::vector<measure::ErrorTally> Tallies() const;

 private:
  mutable std::mutex mutex_;
  std::vector<measure::ErrorTally> tallies_;  // Guarded by mutex_.
};

/// What failed and how, in the parts that only the first failure of its kind needs in words.
struct Failure {
  measure::ErrorKind kind = measure::ErrorKind::kNone;
  std::uint32_t code = 0;   ///< Tells details of one kind apart: status, index of the check, …
  std::string_view detail;  ///< Behind the kind's name: `503`, `$.score >= 0`; may be empty.
  std::string_view head;    ///< For the sample; may be empty.
  std::string_view body;    ///< Its beginning.
};

/// Which request failed.
struct FailedRequest {
  std::uint64_t number = 0;
  std::uint16_t task = 0;
  bool on_start = false;  ///< Of on_start: its tallies stand apart.
};

/// One thread's tallies. Owner thread only.
class ErrorLedger {
 public:
  /// Both must outlive it.
  ErrorLedger(ErrorRegistry& registry, const scenario::Redactor& redactor)
      : registry_(registry), redactor_(redactor) {}

  /// The tally's number of a failure.
  [[nodiscard]] std::uint16_t NumberOf(const Failure& failure, const FailedRequest& request);

  /// Counts one failure of the tally that NumberOf() gave last for it, `at` after the start.
  void Count(std::uint16_t number, Duration at);

  /// Hands all counts to the registry.
  void Close();

  /// Also hides `secret` in samples from now on.
  void Hide(std::string_view secret) { redactor_.Add(secret); }

 private:
  struct Entry {
    measure::ErrorKind kind;
    bool on_start;
    std::uint32_t code;
    std::uint16_t number;
    std::int64_t count = 0;
    Duration first{};
    Duration last{};
  };

  [[nodiscard]] std::uint16_t Register(const Failure& failure, const FailedRequest& request);

  ErrorRegistry& registry_;
  scenario::Redactor redactor_;
  std::vector<Entry> entries_;
};

/// Name(kind) with its detail, as it stands in a tally: `status 503`.
[[nodiscard]] std::string TallyName(measure::ErrorKind kind, std::string_view detail);

/// Head and the start of the body as one sample of at most about 1 KiB, with control characters and
/// broken UTF-8 made harmless.
[[nodiscard]] std::string MakeSample(std::string_view head, std::string_view body);

}  // namespace loadline::load
