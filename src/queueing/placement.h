// PlacementModel: what kind of service would have answered the probes so far like this?
//
// A parametric guess that says where to probe next and helps to explain. It is no verdict and no
// estimate to print: extrapolated to the line such models err by −6 % to +11 % whatever the fit
// looks like (docs/load-line.md). Plain value, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/units.h"
#include "queueing/mgc.h"

namespace loadline::queueing {

/// What one probe saw.
struct ProbeSummary {
  Rate rate;                  ///< Requests per second that arrived (closed loop: throughput), > 0.
  Duration mean_response{};   ///< Of those that were answered, > 0.
  double late_share = 0.0;    ///< Of all, slower than the threshold (or failed), in [0, 1].
  std::int64_t requests = 0;  ///< How many that was.
  bool saturated = false;     ///< The backlog grew: only the rate counts, the rest is ignored.
};

class PlacementModel {
 public:
  /// The service that fits `probes` best: servers, mean and scatter of the service time, idle
  /// delay, one queue or many. Takes some ten milliseconds. Nothing where the probes do not show
  /// what limits the service: none saturated, and none at least 15 % slower than the fastest.
  ///
  /// `threshold` > 0: what the late shares refer to. Probes with other numbers than documented
  /// abort.
  [[nodiscard]] static std::optional<PlacementModel> Fit(std::span<const ProbeSummary> probes,
                                                         Duration threshold);

  [[nodiscard]] const ServiceShape& shape() const { return shape_; }

  /// The share of requests slower than the threshold at `rate`.
  [[nodiscard]] double LateShare(Rate rate) const { return law_.Tail(rate, threshold_); }

  /// The highest rate with a late share of at most `late` in (0, 1).
  [[nodiscard]] Rate Line(double late) const { return law_.LoadLine(threshold_, late); }

  /// The users that make that rate when each thinks for `think` on average, by Little's law; >= 0.
  [[nodiscard]] double UserLine(double late, Duration think) const;

  /// Largest relative error of the mean response over the unsaturated probes: 0.1 is 10 % off.
  [[nodiscard]] double fit_error() const { return fit_error_; }

  /// `4 servers with one queue, 50 ms per request (cv 0.5), 2 ms beside`.
  [[nodiscard]] std::string Describe() const;

 private:
  PlacementModel(const ServiceShape& shape, Duration threshold, double fit_error)
      : shape_(shape), law_(shape), threshold_(threshold), fit_error_(fit_error) {}

  ServiceShape shape_;
  ResponseLaw law_;
  Duration threshold_;
  double fit_error_;
};

}  // namespace loadline::queueing
