// What reads as a duration, rate, size or share is within its range, and the exact form of a
// duration reads back; base64 that decodes encodes to itself, up to padding.
// fuzz modules: base
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "base/check.h"
#include "base/units_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = loadline::ParseDuration(text); duration.has_value()) {
    CHECK(*duration >= loadline::Duration::zero());
    const auto again = loadline::ParseDuration(loadline::FormatDurationExact(*duration));
    CHECK(again.has_value() && *again == *duration);
    CHECK(!loadline::FormatDuration(*duration).empty());
  }
  if (const auto rate = loadline::ParseRate(text); rate.has_value()) {
    CHECK(rate->per_second >= 0 && std::isfinite(rate->per_second));
    CHECK(loadline::FormatRate(*rate).ends_with("/s"));
  }
  if (const auto bytes = loadline::ParseBytes(text); bytes.has_value()) {
    CHECK(bytes->count >= 0);
    CHECK(!loadline::FormatBytes(*bytes).empty());
  }
  if (const auto share = loadline::ParseShare(text); share.has_value()) {
    CHECK(*share >= 0 && *share <= 1);
    CHECK(loadline::FormatPercent(*share).ends_with(" %"));
  }
  if (const auto number = loadline::ParseNumber(text); number.has_value()) {
    CHECK(std::isfinite(*number));
  }
  if (const auto bytes = loadline::DecodeBase64(text); bytes.has_value()) {
    const std::string again = loadline::EncodeBase64(*bytes);
    CHECK(again.starts_with(text) && again.size() - text.size() <= 2);
  }
  return 0;
}
