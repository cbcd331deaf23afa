// A histogram that decodes, plain or compressed, encodes to something that decodes to the same one;
// an interval log either reads to its end or names a line.
// fuzz modules: stats
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "stats/histogram.h"
#include "stats/histogram_codec.h"
#include "stats/hlog.h"

using loadline::Result;
using loadline::stats::Histogram;

namespace {

void CheckDecoded(const Result<Histogram>& decoded) {
  if (!decoded.has_value()) {
    CHECK(decoded.error().code == loadline::ErrorCode::kCorrupt);
    return;
  }
  CHECK(decoded->count() >= 0);
  const Result<Histogram> again = loadline::stats::Decode(loadline::stats::Encode(*decoded));
  CHECK(again.has_value() && *again == *decoded);
  CHECK(decoded->ValueAtQuantile(0.5) <= decoded->Max());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  CheckDecoded(loadline::stats::Decode(text));
  CheckDecoded(loadline::stats::DecodeText(text));
  const loadline::Status read =
      loadline::stats::ReadHlog(text, [](const loadline::stats::HlogInterval& interval) {
        CHECK(interval.histogram.count() >= 0);
      });
  CHECK(read.has_value() || read.error().message.starts_with("line "));
  return 0;
}
