#include "scenario/secrets.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/base64.h"
#include "base/json_text.h"

namespace loadline::scenario {
namespace {

constexpr std::size_t kMaxSecretBytes = 64UL * 1024;
constexpr std::size_t kMinNeedle = 4;

// Base64 in the alphabet for URLs (RFC 4648, section 5) from the standard one.
std::string ForUrls(std::string base64) {
  std::replace(base64.begin(), base64.end(), '+', '-');
  std::replace(base64.begin(), base64.end(), '/', '_');
  return base64;
}

// What base64 of any text with `data` at an offset of `lead` (0, 1, 2) modulo 3 must hold: the
// characters that depend on `data` alone.
std::string Base64Core(std::string_view data, std::size_t lead) {
  const std::string encoded = EncodeBase64(std::string(lead, 'x') + std::string(data));
  const std::size_t bits = 8 * (lead + data.size());
  const std::size_t first = lead == 0 ? 0 : (8 * lead + 5) / 6;
  return encoded.substr(first, bits / 6 - first);
}

std::string PercentEncoded(std::string_view text, std::string_view hex) {
  constexpr std::string_view kUnreserved = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kUnreserved.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  return out;
}

std::string NameOf(const SecretSource& source) {
  return source.kind == SecretSource::Kind::kEnv
             ? fmt::format("environment variable {}", source.name)
             : fmt::format("file {}", source.name);
}

}  // namespace

void Secret::Wipe() {
  // Volatile, or the compiler drops writes to what is about to die.
  volatile char* bytes = value_.data();
  for (std::size_t i = 0; i < value_.size(); ++i) {
    bytes[i] = 0;
  }
  value_.clear();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    Wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
  other.Wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    value_ = std::move(other.value_);
    other.Wipe();
  }
  return *this;
}

Secret::~Secret() {
  Wipe();
}

Result<Secret> ResolveSecret(const SecretSource& source, const Surroundings& surroundings) {
  std::string value;
  if (source.kind == SecretSource::Kind::kEnv) {
    std::optional<std::string> found = surroundings.variable(source.name);
    if (!found.has_value()) {
      return Error{ErrorCode::kNotFound, fmt::format("the secret's {} is not set", NameOf(source))};
    }
    value = *std::move(found);
  } else {
    value = TRY(surroundings.read_file(source.name));
  }
  if (value.ends_with('\n')) {
    value.pop_back();
    if (value.ends_with('\r')) {
      value.pop_back();
    }
  }
  if (value.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the secret's {} is empty", NameOf(source))};
  }
  if (value.size() > kMaxSecretBytes) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the secret's {} holds more than 64 KiB", NameOf(source))};
  }
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the secret's {} holds a line break or control character within",
                             NameOf(source))};
  }
  return Secret(std::move(value));
}

Result<Secrets> ResolveSecrets(const Credentials& credentials, const Surroundings& surroundings) {
  Secrets secrets;
  if (credentials.bearer.has_value()) {
    const Secret token = TRY(ResolveSecret(*credentials.bearer, surroundings));
    secrets.headers.push_back({"Authorization", Secret("Bearer " + std::string(token.Reveal()))});
    secrets.raw.push_back(token);
  }
  if (credentials.basic.has_value()) {
    const Secret pair = TRY(ResolveSecret(*credentials.basic, surroundings));
    const std::size_t colon = pair.Reveal().find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("the secret's {} is not of the form user:password",
                               NameOf(*credentials.basic))};
    }
    secrets.headers.push_back({"Authorization", Secret("Basic " + EncodeBase64(pair.Reveal()))});
    secrets.raw.push_back(pair);
    secrets.raw.emplace_back(std::string(pair.Reveal().substr(colon + 1)));
  }
  for (const auto& [name, source] : credentials.headers) {
    Secret value = TRY(ResolveSecret(source, surroundings));
    secrets.raw.push_back(value);
    secrets.headers.push_back({name, std::move(value)});
  }
  return secrets;
}

Redactor::Redactor(const Secrets& secrets) {
  for (const Secret& secret : secrets.raw) {
    Add(secret.Reveal());
  }
}

void Redactor::Add(std::string_view secret) {
  if (secret.size() < kMinNeedle) {
    return;
  }
  const auto add = [this](std::string needle) {
    const bool known = std::any_of(needles_.begin(), needles_.end(),
                                   [&](const Secret& other) { return other.Reveal() == needle; });
    if (needle.size() >= kMinNeedle && !known) {
      needles_.emplace_back(std::move(needle));
    }
  };
  add(std::string(secret));
  add(PercentEncoded(secret, "0123456789ABCDEF"));
  add(PercentEncoded(secret, "0123456789abcdef"));
  std::string escaped;
  AppendJsonEscaped(secret, escaped);
  add(escaped);
  add(EncodeBase64(secret));
  add(ForUrls(EncodeBase64(secret)));
  for (const std::size_t lead : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    add(Base64Core(secret, lead));
    add(ForUrls(Base64Core(secret, lead)));
  }
  std::stable_sort(needles_.begin(), needles_.end(), [](const Secret& a, const Secret& b) {
    return a.Reveal().size() > b.Reveal().size();
  });
}

std::string Redactor::Redact(std::string_view text) const {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    // The earliest occurrence; the longest needle of those that begin there.
    std::size_t best = std::string_view::npos;
    std::size_t length = 0;
    for (const Secret& needle : needles_) {
      const std::size_t found = text.find(needle.Reveal(), at);
      if (found < best) {
        best = found;
        length = needle.Reveal().size();
      }
    }
    if (best == std::string_view::npos) {
      break;
    }
    out += text.substr(at, best - at);
    out += "[redacted]";
    at = best + length;
  }
  out += text.substr(std::min(at, text.size()));
  return out;
}

}  // namespace loadline::scenario
