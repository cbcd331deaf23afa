#include "measure/load_line.h"

#include <cmath>

namespace loadline::measure {

std::optional<double> LoadLine::Level() const {
  if (estimate) {
    return estimate;
  }
  if (held && broken) {
    return std::sqrt(*held * *broken);
  }
  return held ? held : broken;
}

std::optional<double> LoadLine::Reached() const {
  if (!has_objectives && saturation) {
    return saturation;
  }
  return estimate || held ? Level() : std::nullopt;
}

}  // namespace loadline::measure
