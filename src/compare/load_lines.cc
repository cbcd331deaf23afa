#include "compare/load_lines.h"

#include <cmath>

namespace loadline::compare {
namespace {

std::optional<Estimate> OfEstimate(const measure::LoadLine& line) {
  if (!line.estimate || !line.estimate_low || !line.estimate_high) {
    return std::nullopt;
  }
  return Estimate{.value = *line.estimate, .low = *line.estimate_low, .high = *line.estimate_high};
}

std::optional<Estimate> OfBracket(const measure::LoadLine& line) {
  if (!line.held || !line.broken) {
    return std::nullopt;
  }
  return Estimate{
      .value = std::sqrt(*line.held * *line.broken), .low = *line.held, .high = *line.broken};
}

}  // namespace

std::optional<Compared> CompareLines(const measure::LoadLine& a, const measure::LoadLine& b,
                                     double tolerated) {
  if (a.axis != b.axis || a.has_objectives != b.has_objectives) {
    return std::nullopt;
  }
  std::optional<Estimate> of_a = OfEstimate(a);
  std::optional<Estimate> of_b = OfEstimate(b);
  if (!of_a || !of_b) {
    of_a = OfBracket(a);
    of_b = OfBracket(b);
  }
  if (!of_a || !of_b) {
    return std::nullopt;
  }
  Compared compared{.name = a.has_objectives ? "load line" : "saturation", .a = *of_a, .b = *of_b};
  compared.change = RelativeChange(*of_a, *of_b);
  compared.proof = Judge(compared.change, tolerated, /*more_is_worse=*/false);
  return compared;
}

}  // namespace loadline::compare
