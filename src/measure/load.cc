#include "measure/load.h"

#include <fmt/core.h>

#include "base/units_text.h"

namespace loadline::measure {

std::string Describe(const Load& load) {
  if (const auto* open = std::get_if<OpenLoad>(&load.shape)) {
    return fmt::format("{}, {} arrivals", FormatRate(open->rate),
                       open->arrivals == Arrivals::kPoisson ? "Poisson" : "constant");
  }
  const ClosedLoad& closed = std::get<ClosedLoad>(load.shape);
  std::string text =
      fmt::format("{} {}", FormatCount(closed.users), closed.users == 1 ? "user" : "users");
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
