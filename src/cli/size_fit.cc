#include "cli/size_fit.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/units_text.h"

namespace loadline::cli {
namespace {

std::string Times(double factor) {
  return factor < 10 ? fmt::format("{:.1f}x", factor) : fmt::format("{:.0f}x", factor);
}

}  // namespace

void SayScaling(const sizing::FittedService& fitted, report::SizeReport& report) {
  if (!fitted.scaling) {
    report.thin_ice.push_back(
        "whether pods get in each other's way is not measured: finds at three or more numbers of "
        "pods (--from A --pods 1 --from B --pods 2 --from C --pods 4) would tell");
    return;
  }
  const queueing::UslFit& fit = *fitted.scaling;
  const std::string pods = fmt::format("{}", fmt::join(fitted.scaling_pods, ", "));
  if (!fit.Shown()) {
    report.fit_lines.push_back(
        fmt::format("pods do not get in each other's way as far as measured ({} pods; at {} each "
                    "is at most {:.2f}x slower)",
                    pods, fitted.most_pods, fit.SlowdownAt(fitted.most_pods).upper));
    return;
  }
  const stats::Interval there = fit.SlowdownAt(fitted.most_pods);
  report.fit_lines.push_back(
      fmt::format("pods slow each other down (measured at {}{}): contention {:.2g} ({:.2g} to "
                  "{:.2g}), coherence {:.2g} ({:.2g} to {:.2g}); each of {} is {:.2f}x slower "
                  "({:.2f} to {:.2f})",
                  pods, fitted.curve ? ", beside what requests in each do" : "", fit.law.sigma,
                  fit.sigma.lower, fit.sigma.upper, fit.law.kappa, fit.kappa.lower, fit.kappa.upper,
                  fitted.most_pods, fit.law.Slowdown(fitted.most_pods), there.lower, there.upper));
  constexpr double kBadly = 3.84;  // Chi-square with one degree of freedom at 95 %.
  if (fit.degrees > 0) {
    report.fit_lines.push_back(
        fmt::format("scalability law: R² {:.3f}, chi-square {:.1f} with {} degree{} of freedom{}",
                    fit.r_squared, fit.chi_square, fit.degrees, fit.degrees == 1 ? "" : "s",
                    fit.chi_square > kBadly * fit.degrees ? ": fits badly" : ""));
  } else if (fit.chi_square > kBadly) {
    report.thin_ice.push_back(
        fmt::format("the capacities at {} pods follow no scalability law (chi-square {:.1f} where "
                    "there should be none): measure again",
                    pods, fit.chi_square));
  } else {
    report.thin_ice.push_back(
        "the scalability law has as many parameters as there are numbers of pods: nothing shows "
        "whether it fits; one more number of pods would");
  }
}

void SayCurve(const sizing::FittedService& fitted, report::SizeReport& report) {
  if (!fitted.curve) {
    return;
  }
  const sizing::FittedCurve& curve = *fitted.curve;
  const std::vector<double>& rates = report.model.pod.curve;
  std::string points;
  for (std::size_t n = 1; n <= rates.size() && static_cast<double>(n) <= 2 * curve.seen; n *= 2) {
    points +=
        fmt::format("{}{}: {}", points.empty() ? "" : ", ", n, FormatRate(Rate{rates[n - 1]}));
  }
  report.fit_lines.push_back(fmt::format(
      "{}requests in a pod slow each other down: σ {:.2g} ({:.2g} to {:.2g}), κ {:.2g} ({:.2g} to "
      "{:.2g}); so many at once are finished{} at {}",
      curve.width > 0 ? fmt::format("a pod works on {} at once; ", curve.width) : std::string(),
      curve.law.sigma, curve.sigma.lower, curve.sigma.upper, curve.law.kappa, curve.kappa.lower,
      curve.kappa.upper, fitted.model.contention_fit ? " by a pod alone" : "", points));
  report.thin_ice.push_back(fmt::format(
      "the curve was measured with up to {} requests in a pod; beyond, it is taken to rise no "
      "further",
      curve.seen < 10 ? fmt::format("{:.2g}", curve.seen) : fmt::format("{:.0f}", curve.seen)));
}

Status CheckReach(const sizing::FittedService& fitted, int pods) {
  if (!fitted.scaling || !fitted.scaling->Shown()) {
    return {};
  }
  const stats::Interval there = fitted.scaling->SlowdownAt(pods);
  if (!sizing::SaysNothing(there)) {
    return {};
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("--from: {} pods would be needed, and of so many the runs (at up to {}) "
                           "say no more than that each is {:.2f} to {:.2f}x slower than one alone; "
                           "measure with more pods, {} or so",
                           FormatCount(pods), fitted.most_pods, there.lower, there.upper,
                           FormatCount(std::max(fitted.most_pods + 1, pods / 2)))};
}

void SayExtrapolation(const sizing::FittedService& fitted, report::SizeReport& report) {
  const double pods = static_cast<double>(report.answer.outlook.pods) / fitted.most_pods;
  const double rate = report.rate / fitted.highest_rate;
  if (pods > 1 || rate > 1) {
    report.thin_ice.insert(
        report.thin_ice.begin(),
        fmt::format("pool of {} measured up to {}, {} asked for {}: extrapolated {} in pods, {} in "
                    "rate",
                    fitted.most_pods, FormatRate(fitted.highest_rate),
                    FormatCount(report.answer.outlook.pods), FormatRate(report.rate), Times(pods),
                    Times(rate)));
  }
  if (fitted.scaling && !fitted.scaling->Shown() && pods > 1) {
    const int there = report.answer.outlook.pods;
    report.thin_ice.push_back(
        fmt::format("the runs do not exclude that each of {} pods is up to {:.2f}x slower than one "
                    "alone",
                    FormatCount(there), fitted.scaling->SlowdownAt(there).upper));
  }
}

void ExplainFit(report::SizeReport& report) {
  const sizing::ServiceModel& model = report.model;
  if (report.curve) {
    const sizing::FittedCurve& curve = *report.curve;
    const sizing::FullPod full = model.Full();
    const int n = full.requests;
    report.explain.push_back(fmt::format(
        "a pod does most with {0} requests = {0} / (service x (1 + sigma x {1} + kappa x {2})) = "
        "{0} / ({3} x (1 + {4:.3g} x {1} + {5:.3g} x {2})) = {6}",
        n, n - 1, n * (n - 1), FormatDuration(model.pod.service), curve.law.sigma, curve.law.kappa,
        FormatRate(Rate{n / Seconds(full.latency)})));
  }
  if (model.contention_fit) {
    const queueing::UslFit& fit = *model.contention_fit;
    const int pods = report.answer.outlook.pods;
    const stats::Interval there = fit.SlowdownAt(pods);
    report.explain.push_back(
        fmt::format("slowdown of each of {0} pods = 1 + contention x {1} + coherence x {2} = 1 + "
                    "{3:.3g} x {1} + "
                    "{4:.3g} x {2} = {5:.3g} ({6:.3g} to {7:.3g}; the upper end sizes)",
                    pods, pods - 1, static_cast<double>(pods) * (pods - 1), fit.law.sigma,
                    fit.law.kappa, fit.law.Slowdown(pods), there.lower, there.upper));
    report.explain.push_back(
        fmt::format("highest RPS of {0} such pods, with the upper ends = {1}", pods,
                    FormatRate(model.At(pods, model.service_high).Capacity())));
  }
}

}  // namespace loadline::cli
