#include "sizing/survive.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"

namespace loadline::sizing {
namespace {

constexpr std::array<std::pair<Survive, std::string_view>, 3> kSurvive{{
    {Survive::kNone, "none"},
    {Survive::kNode, "node"},
    {Survive::kZone, "zone"},
}};

std::int64_t DividedUp(std::int64_t number, std::int64_t by) {
  return (number + by - 1) / by;
}

}  // namespace

std::string_view SurviveName(Survive survive) {
  return std::ranges::find(kSurvive, survive, &std::pair<Survive, std::string_view>::first)->second;
}

std::optional<Survive> ParseSurvive(std::string_view name) {
  for (const auto& [survive, text] : kSurvive) {
    if (text == name) {
      return survive;
    }
  }
  return std::nullopt;
}

std::int64_t PodsOverZones(std::int64_t left, int zones) {
  CHECK(left >= 1 && zones >= 2);
  return left + DividedUp(left, zones - 1);
}

std::int64_t Loss::LeftOf(std::int64_t pods) const {
  switch (survive) {
    case Survive::kZone:
      CHECK(zones >= 2);
      return pods - DividedUp(pods, zones);
    case Survive::kNode:
      return std::max<std::int64_t>(0, pods - pods_on_a_node);
    case Survive::kNone:
      break;
  }
  return pods;
}

std::int64_t Loss::PodsFor(std::int64_t left) const {
  switch (survive) {
    case Survive::kZone:
      return PodsOverZones(left, zones);
    case Survive::kNode:
      return left + pods_on_a_node;
    case Survive::kNone:
      break;
  }
  return left;
}

}  // namespace loadline::sizing
