#include "measure/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "arrival/users.h"
#include "base/check.h"
#include "base/units_text.h"

namespace loadline::measure {
namespace {

template <typename T>
bool SameValue(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

/// The level from which on user number `user` takes part: in the middle of its step.
double LevelOf(std::int64_t user) {
  return static_cast<double>(user) + 0.5;
}

std::string DescribeTrace(const arrival::Trace& trace) {
  std::string text = fmt::format("replay of {}, {} arrivals in {}", trace.name(),
                                 FormatCount(trace.size()), FormatDuration(trace.length()));
  if (trace.warp() != 1.0) {
    text += fmt::format(", {:.6g} times as fast", trace.warp());
  }
  return text + (trace.loops() ? ", again and again" : "");
}

}  // namespace

bool operator==(const OpenLoad& a, const OpenLoad& b) {
  return a.rate == b.rate && a.arrivals == b.arrivals && SameValue(a.profile, b.profile) &&
         SameValue(a.trace, b.trace);
}

bool operator==(const ClosedLoad& a, const ClosedLoad& b) {
  return a.users == b.users && a.spawn == b.spawn && a.think == b.think && a.law == b.law &&
         SameValue(a.profile, b.profile);
}

bool Load::steady() const {
  if (const auto* open = std::get_if<OpenLoad>(&shape)) {
    return open->profile == nullptr && open->arrivals != Arrivals::kRecorded;
  }
  return std::get<ClosedLoad>(shape).profile == nullptr;
}

arrival::Schedule ScheduleOf(const OpenLoad& load, std::uint64_t seed) {
  const bool poisson = load.arrivals == Arrivals::kPoisson;
  if (load.arrivals == Arrivals::kRecorded) {
    CHECK(load.trace != nullptr);
    return arrival::Schedule::Replayed(load.trace);
  }
  if (load.profile != nullptr) {
    return poisson ? arrival::Schedule::ShapedPoisson(load.profile, seed)
                   : arrival::Schedule::Shaped(load.profile);
  }
  return poisson ? arrival::Schedule::Poisson(load.rate, seed)
                 : arrival::Schedule::Constant(load.rate);
}

std::uint64_t ArrivalsOf(const OpenLoad& load) {
  return load.trace != nullptr && !load.trace->loops()
             ? static_cast<std::uint64_t>(load.trace->size())
             : std::numeric_limits<std::uint64_t>::max();
}

Duration StartOf(const ClosedLoad& load, std::int64_t user) {
  return load.profile == nullptr ? arrival::SpawnAt(user, load.spawn)
                                 : GoesOnAt(load, user, Duration::zero());
}

std::int64_t UsersAt(const ClosedLoad& load, Duration at) {
  const double users = load.profile != nullptr ? load.profile->LevelAt(at) : load.users;
  return std::llround(std::min(users, static_cast<double>(load.users)));
}

Duration GoesOnAt(const ClosedLoad& load, std::int64_t user, Duration at) {
  if (load.profile == nullptr) {
    return at;
  }
  return std::min(arrival::kNever, load.profile->NextAtLeast(LevelOf(user), at));
}

std::string Describe(const Load& load) {
  if (!load.words.empty()) {
    return load.words;
  }
  if (const auto* open = std::get_if<OpenLoad>(&load.shape)) {
    if (open->trace != nullptr) {
      return DescribeTrace(*open->trace);
    }
    return fmt::format("{}, {} arrivals",
                       open->profile != nullptr ? open->profile->text() : FormatRate(open->rate),
                       open->arrivals == Arrivals::kPoisson ? "Poisson" : "constant");
  }
  const ClosedLoad& closed = std::get<ClosedLoad>(load.shape);
  std::string text = closed.profile != nullptr ? closed.profile->text() + " users"
                                               : fmt::format("{} {}", FormatCount(closed.users),
                                                             closed.users == 1 ? "user" : "users");
  if (closed.spawn.per_second > 0.0) {
    text += fmt::format(", started at {}", FormatRate(closed.spawn));
  }
  if (closed.think > Duration::zero()) {
    text += fmt::format(", think {}{}", FormatDuration(closed.think),
                        closed.law == ThinkLaw::kExponential ? " on average (exponential)" : "");
  }
  return text;
}

}  // namespace loadline::measure
