// Secrets: read late from environment or file, kept where they cannot be printed by accident, and
// removed from whatever is shown or stored.
//
// Values are constant once resolved: share them freely. A Redactor is copied to each thread that
// adds to it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "scenario/model.h"
#include "scenario/surroundings.h"

namespace loadline::scenario {

/// A text that no stream, formatter or comparison takes. Overwritten when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// The text itself. Every caller is a place to look at in a review.
  [[nodiscard]] std::string_view Reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  void Wipe();
  std::string value_;
};

/// Reads a secret. One newline at the end (`\n` or `\r\n`) is cut off.
///
/// Errors name the source, never the value: kNotFound (variable not set, no such file), kIo,
/// kInvalidArgument (empty, a control character within, beyond 64 KiB).
[[nodiscard]] Result<Secret> ResolveSecret(const SecretSource& source,
                                           const Surroundings& surroundings);

/// The secrets of a scenario as the header fields that carry them.
struct Secrets {
  struct Header {
    std::string name;
    Secret value;  ///< `Bearer …`, `Basic …` or the value as it is.
  };
  std::vector<Header> headers;  ///< Sent with every request to the target's origin.
  std::vector<Secret> raw;      ///< As read, and basic's password alone: what a Redactor looks for.
};

/// Resolves all secrets of `credentials`. Basic needs `user:password`.
[[nodiscard]] Result<Secrets> ResolveSecrets(const Credentials& credentials,
                                             const Surroundings& surroundings);

/// Removes known secrets from text: as they are, percent-encoded, JSON-escaped, and in base64
/// (both alphabets, wherever they begin within it).
class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(const Secrets& secrets);

  /// Also looks for `secret` (a captured login token). Shorter than 4 bytes: ignored, since it
  /// would make text unreadable and hide nothing.
  void Add(std::string_view secret);

  /// `text` with every occurrence replaced by `[redacted]`.
  [[nodiscard]] std::string Redact(std::string_view text) const;

 private:
  std::vector<Secret> needles_;  // Longest first; none is empty.
};

}  // namespace loadline::scenario
