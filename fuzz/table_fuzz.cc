// Traffic that reads has increasing times and rates above 0; node types that read have a name, a
// CPU and a price; and a time that reads lies in the years it may.
// fuzz modules: catalog sizing
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/timestamp.h"
#include "catalog/price_list.h"
#include "sizing/forecast.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto traffic = loadline::sizing::ParseTraffic(text, "t.csv"); traffic) {
    loadline::Duration before = loadline::Duration::min();
    for (const loadline::sizing::TrafficPoint& point : *traffic) {
      CHECK(point.at > before && point.rate.per_second > 0);
      CHECK(std::isfinite(point.rate.per_second));
      before = point.at;
    }
    const auto forecast = loadline::sizing::ForecastPeak(*traffic, std::chrono::hours(24));
    CHECK(!forecast || forecast->high.per_second >= forecast->low.per_second);
  } else {
    CHECK(!traffic.error().message.empty());
  }
  constexpr std::chrono::sys_days kToday{std::chrono::days(20'000)};
  if (const auto prices = loadline::catalog::ParsePriceList(text, "p.csv", kToday); prices) {
    for (const loadline::catalog::NodeType& type : prices->types) {
      CHECK(!type.name.empty() && type.capacity.millicores >= 1000);
      CHECK(type.on_demand_usd_per_hour > 0 && type.as_of <= kToday);
    }
  }
  if (const auto at = loadline::ParseTimestamp(text); at) {
    CHECK(*at >= loadline::Duration::zero());
  }
  return 0;
}
