#include "sim/latency_law.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/units_text.h"

namespace loadline::sim {
namespace {

constexpr Duration kLongestMean = 1h;
constexpr std::string_view kForms =
    "constant:50ms, exponential:50ms, lognormal:50ms,cv=0.5 or bimodal:20ms@0.9,500ms@0.1";

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

Status CheckMean(std::string_view law, Duration mean, bool zero_allowed) {
  if (mean < Duration::zero() || mean > kLongestMean ||
      (!zero_allowed && mean == Duration::zero())) {
    return Bad(fmt::format("{}: {} is out of range, from {} to 1h would be right", law,
                           FormatDurationExact(mean), zero_allowed ? "0" : "above 0"));
  }
  return {};
}

Result<Duration> Part(std::string_view law, std::string_view text) {
  Result<Duration> parsed = ParseDuration(text);
  if (!parsed) {
    return Bad(fmt::format("latency {}: {}", law, parsed.error().message));
  }
  return parsed;
}

void DrawExponentials(Random& random, double mean_s, std::span<Duration> out) {
  constexpr std::size_t kAtOnce = 256;
  std::array<std::uint64_t, kAtOnce> bits{};
  std::array<double, kAtOnce> units{};
  for (; !out.empty(); out = out.subspan(std::min(kAtOnce, out.size()))) {
    const std::size_t count = std::min(kAtOnce, out.size());
    Random mine = random;  // In registers.
    for (std::size_t i = 0; i < count; ++i) {
      bits[i] = mine.Next();
    }
    random = mine;
    UnitExponentials(std::span(bits).first(count), units);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = std::min(LatencyLaw::kLongest, FromSeconds(mean_s * units[i]));
    }
  }
}

Result<LatencyLaw> ParseLognormal(std::string_view rest) {
  const std::size_t comma = rest.find(',');
  if (comma == std::string_view::npos || !rest.substr(comma + 1).starts_with("cv=")) {
    return Bad(
        fmt::format("latency lognormal:{}: the coefficient of variation is missing, "
                    "`lognormal:50ms,cv=0.5` would be right",
                    rest));
  }
  const Duration mean = TRY(Part("lognormal", rest.substr(0, comma)));
  const std::string_view cv_text = rest.substr(comma + 4);
  const Result<double> cv = ParseNumber(cv_text);
  if (!cv) {
    return Bad(fmt::format("latency lognormal: `cv={}` is not a number", cv_text));
  }
  return LatencyLaw::Lognormal(mean, *cv);
}

/// One mode: `20ms@0.9`.
struct Mode {
  Duration value{};
  double share = 0.0;
};

Result<Mode> ParseMode(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) {
    return Bad(fmt::format("latency bimodal: `{}` has no share, `20ms@0.9` would be right", text));
  }
  Mode mode;
  mode.value = TRY(Part("bimodal", text.substr(0, at)));
  const Result<double> share = ParseShare(text.substr(at + 1));
  if (!share) {
    return Bad(
        fmt::format("latency bimodal: `{}` is not a share of one, `0.9` or `90%` would be "
                    "right",
                    text.substr(at + 1)));
  }
  mode.share = *share;
  return mode;
}

Result<LatencyLaw> ParseBimodal(std::string_view rest) {
  const std::size_t comma = rest.find(',');
  if (comma == std::string_view::npos || rest.find(',', comma + 1) != std::string_view::npos) {
    return Bad(fmt::format(
        "latency bimodal:{}: two modes are needed, `bimodal:20ms@0.9,500ms@0.1` would be right",
        rest));
  }
  const Mode first = TRY(ParseMode(rest.substr(0, comma)));
  const Mode second = TRY(ParseMode(rest.substr(comma + 1)));
  if (std::abs(first.share + second.share - 1.0) > 1e-6) {
    return Bad(fmt::format("latency bimodal: the shares {} and {} do not add up to 1", first.share,
                           second.share));
  }
  return LatencyLaw::Bimodal(first.value, first.share, second.value);
}

}  // namespace

Result<LatencyLaw> LatencyLaw::Constant(Duration value) {
  TRY(CheckMean("constant", value, true));
  LatencyLaw law;
  law.first_ = value;
  return law;
}

Result<LatencyLaw> LatencyLaw::Exponential(Duration mean) {
  TRY(CheckMean("exponential", mean, false));
  LatencyLaw law;
  law.kind_ = Kind::kExponential;
  law.first_ = mean;
  return law;
}

Result<LatencyLaw> LatencyLaw::Lognormal(Duration mean, double cv) {
  TRY(CheckMean("lognormal", mean, false));
  if (!(cv > 0.0 && cv <= 10.0)) {
    return Bad(fmt::format("lognormal: cv={} is out of range, above 0 to 10 would be right", cv));
  }
  LatencyLaw law;
  law.kind_ = Kind::kLognormal;
  law.first_ = mean;
  law.cv_ = cv;
  // For ln X normal with mean mu and variance s2: E X = exp(mu + s2/2), cv^2 = exp(s2) - 1.
  const double variance = std::log1p(cv * cv);
  law.sigma_ = std::sqrt(variance);
  law.mu_ = std::log(Seconds(mean)) - variance / 2.0;
  return law;
}

Result<LatencyLaw> LatencyLaw::Bimodal(Duration first, double first_share, Duration second) {
  TRY(CheckMean("bimodal", first, true));
  TRY(CheckMean("bimodal", second, true));
  if (!(first_share > 0.0 && first_share < 1.0)) {
    return Bad(fmt::format("bimodal: share {} is out of range, between 0 and 1 would be right",
                           first_share));
  }
  LatencyLaw law;
  law.kind_ = Kind::kBimodal;
  law.first_ = first;
  law.second_ = second;
  law.share_ = first_share;
  return law;
}

Duration LatencyLaw::Mean() const {
  if (kind_ != Kind::kBimodal) {
    return first_;
  }
  return FromSeconds(share_ * Seconds(first_) + (1.0 - share_) * Seconds(second_));
}

double LatencyLaw::SquaredVariation() const {
  switch (kind_) {
    case Kind::kConstant:
      return 0.0;
    case Kind::kExponential:
      return 1.0;
    case Kind::kLognormal:
      return cv_ * cv_;
    case Kind::kBimodal:
      break;
  }
  const double a = Seconds(first_);
  const double b = Seconds(second_);
  const double mean = share_ * a + (1.0 - share_) * b;
  return mean > 0.0 ? share_ * (1.0 - share_) * (a - b) * (a - b) / (mean * mean) : 0.0;
}

Duration LatencyLaw::Draw(Random& random) const {
  switch (kind_) {
    case Kind::kConstant:
      return first_;
    case Kind::kExponential:
      return std::min(kLongest, FromSeconds(Seconds(first_) * random.Exponential()));
    case Kind::kLognormal:
      return std::min(kLongest, FromSeconds(std::exp(mu_ + sigma_ * random.Normal())));
    case Kind::kBimodal:
      break;
  }
  return random.Uniform() < share_ ? first_ : second_;
}

void LatencyLaw::DrawAll(Random& random, std::span<Duration> out) const {
  switch (kind_) {
    case Kind::kConstant:
      std::fill(out.begin(), out.end(), first_);
      return;
    case Kind::kExponential:
      DrawExponentials(random, Seconds(first_), out);
      return;
    case Kind::kLognormal:
    case Kind::kBimodal:
      break;
  }
  for (Duration& value : out) {
    value = Draw(random);
  }
}

std::string LatencyLaw::Text() const {
  const std::string first = FormatDurationExact(first_);
  switch (kind_) {
    case Kind::kConstant:
      return "constant:" + first;
    case Kind::kExponential:
      return "exponential:" + first;
    case Kind::kLognormal:
      return fmt::format("lognormal:{},cv={}", first, cv_);
    case Kind::kBimodal:
      break;
  }
  return fmt::format("bimodal:{}@{},{}@{}", first, share_, FormatDurationExact(second_),
                     1.0 - share_);
}

Result<LatencyLaw> ParseLatencyLaw(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return Bad(fmt::format("latency `{}`: {} would be right", text, kForms));
  }
  const std::string_view name = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (name == "constant") {
    return LatencyLaw::Constant(TRY(Part(name, rest)));
  }
  if (name == "exponential") {
    return LatencyLaw::Exponential(TRY(Part(name, rest)));
  }
  if (name == "lognormal") {
    return ParseLognormal(rest);
  }
  if (name == "bimodal") {
    return ParseBimodal(rest);
  }
  return Bad(
      fmt::format("latency `{}`: there is no law `{}`; {} would be right", text, name, kForms));
}

}  // namespace loadline::sim
