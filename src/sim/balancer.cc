#include "sim/balancer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"

namespace loadline::sim {
namespace {

constexpr std::array<std::pair<Balance, std::string_view>, 5> kNames = {{
    {Balance::kRandom, "random"},
    {Balance::kRoundRobin, "round-robin"},
    {Balance::kLeast, "least"},
    {Balance::kP2c, "p2c"},
    {Balance::kConnection, "connection"},
}};

}  // namespace

std::string_view Name(Balance balance) {
  for (const auto& [value, name] : kNames) {
    if (value == balance) {
      return name;
    }
  }
  return "unknown";
}

Result<Balance> ParseBalance(std::string_view text) {
  for (const auto& [value, name] : kNames) {
    if (name == text) {
      return value;
    }
  }
  return Error{
      ErrorCode::kInvalidArgument,
      fmt::format("balance `{}`: random, round-robin, least, p2c or connection would be right",
                  text)};
}

void Balancer::PickUnseen(std::size_t pods, std::span<std::uint32_t> out) {
  CHECK(pods == 1 || balance_ == Balance::kRandom || balance_ == Balance::kRoundRobin);
  if (pods == 1) {
    std::fill(out.begin(), out.end(), 0U);
    return;
  }
  if (balance_ == Balance::kRandom) {
    Random random = random_;  // In registers.
    for (std::uint32_t& pick : out) {
      pick = static_cast<std::uint32_t>(random.Below(pods));
    }
    random_ = random;
    return;
  }
  std::size_t next = cursor_ % pods;
  for (std::uint32_t& pick : out) {
    pick = static_cast<std::uint32_t>(next);
    next = next + 1 == pods ? 0 : next + 1;
  }
  cursor_ = next;
}

int Balancer::PickLeast(const LeastLoads& requests) {
  const std::size_t pick = requests.FirstFrom(cursor_ % requests.size());
  cursor_ = pick + 1;
  return static_cast<int>(pick);
}

int Balancer::Pick(std::span<const int> requests) {
  return static_cast<int>(
      PickPlace(requests.size(), [&](std::size_t place) { return requests[place]; }));
}

std::uint32_t Balancer::PickAmong(std::span<const std::uint32_t> pods,
                                  std::span<const int> requests) {
  return pods[PickPlace(pods.size(), [&](std::size_t place) { return requests[pods[place]]; })];
}

template <typename Load>
std::size_t Balancer::PickPlace(std::size_t count, Load load) {
  CHECK(count > 0);
  if (count == 1) {
    return 0;
  }
  switch (balance_) {
    case Balance::kRandom:
    case Balance::kConnection:
      return random_.Below(count);
    case Balance::kRoundRobin: {
      const std::size_t pick = cursor_ % count;
      cursor_ = pick + 1;
      return pick;
    }
    case Balance::kLeast: {
      std::size_t best = cursor_ % count;
      for (std::size_t step = 1; step < count; ++step) {
        std::size_t place = cursor_ % count + step;
        place = place >= count ? place - count : place;
        if (load(place) < load(best)) {
          best = place;
        }
      }
      cursor_ = best + 1;
      return best;
    }
    case Balance::kP2c:
      break;
  }
  const std::size_t first = random_.Below(count);
  std::size_t second = random_.Below(count - 1);
  second += second >= first ? 1 : 0;
  return load(second) < load(first) ? second : first;
}

}  // namespace loadline::sim
