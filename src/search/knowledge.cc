#include "search/knowledge.h"

#include <algorithm>
#include <cmath>

namespace loadline::search {
namespace {

/// How far an estimate may be off at a distance d from the line, because the departure rates and
/// late shares by state are those of the probed load, not of the line's: kLinearError · d +
/// kSquareError · d² (docs/benchmarks-search.md).
constexpr double kLinearError = 0.15;
constexpr double kSquareError = 1.2;
/// The printed estimate uses probes that see the line within this distance (logarithmic)…
constexpr double kNear = 0.12;
/// …and know it this well, what the distance may spoil included.
constexpr double kNearSd = 0.05;
/// What a fitted model of the service may be off (docs/load-line.md: −6 % to +11 %).
constexpr double kModelError = 0.12;
/// How the late share grows beside the line where nothing is known: d ln(share) / d ln(level).
constexpr double kUsualSlope = 8.0;
constexpr double kSlopeError = 0.5;
/// Deviation after one request where nothing is known: the middle of what was measured on 14
/// services (1.5 … 5.2), and for the batch test.
constexpr double kUsualDeviation = 3.5;
constexpr double kUsualBatchDeviation = 7.0;
constexpr double kUsualRequests = 5000.0;

/// Guesses weighted by their precision.
class Pool {
 public:
  void Add(double value, double variance) {
    const double weight = 1.0 / std::max(variance, 1e-10);
    sum_ += weight * value;
    weights_ += weight;
  }
  [[nodiscard]] std::optional<Guess> Get() const {
    if (weights_ <= 0.0) {
      return std::nullopt;
    }
    return Guess{.log_line = sum_ / weights_, .sd = 1.0 / std::sqrt(weights_)};
  }

 private:
  double sum_ = 0.0;
  double weights_ = 0.0;
};

double Variance(const LineEstimate& estimate) {
  const double distance = std::abs(estimate.log_ratio);
  const double model = kLinearError * distance + kSquareError * distance * distance;
  return estimate.sd * estimate.sd + estimate.unseen * estimate.unseen + model * model;
}

}  // namespace

void Knowledge::AddEarlier(const measure::SearchStep& step) {
  if (!step.line_estimate || !step.line_estimate_sd || *step.line_estimate <= 0.0 ||
      step.level <= 0.0) {
    return;
  }
  Lesson lesson;
  lesson.level = step.level;
  lesson.test = measure::TestKind::kLevelCrossing;
  lesson.estimate = {.log_ratio = std::log(*step.line_estimate / step.level),
                     .sd = *step.line_estimate_sd / *step.line_estimate};
  for (const measure::ObjectiveResult& objective : step.objectives) {
    lesson.requests = std::max(lesson.requests, static_cast<double>(objective.requests));
  }
  lessons_.push_back(lesson);
}

std::optional<Guess> Knowledge::FromTests() const {
  Pool pool;
  for (const Lesson& lesson : lessons_) {
    if (lesson.estimate) {
      pool.Add(std::log(lesson.level) + lesson.estimate->log_ratio, Variance(*lesson.estimate));
    }
  }
  return pool.Get();
}

std::optional<Guess> Knowledge::FromShares() const {
  // The slope from the two lessons that lie on either side of the allowed share, or nearest to it.
  std::vector<const Lesson*> usable;
  for (const Lesson& lesson : lessons_) {
    if (lesson.share_ratio > 0.0 && lesson.share_ratio_sd > 0.0 &&
        lesson.share_ratio_sd < lesson.share_ratio) {
      usable.push_back(&lesson);
    }
  }
  std::sort(usable.begin(), usable.end(), [](const Lesson* a, const Lesson* b) {
    return std::abs(std::log(a->share_ratio)) < std::abs(std::log(b->share_ratio));
  });
  double slope = kUsualSlope;
  double slope_error = kSlopeError;
  if (usable.size() >= 2) {
    const double rise = std::log(usable[0]->share_ratio / usable[1]->share_ratio);
    const double run = std::log(usable[0]->level / usable[1]->level);
    if (std::abs(run) > 0.005 && rise / run > 1.0 && rise / run < 100.0) {
      slope = rise / run;
      slope_error = 0.5 * kSlopeError;
    }
  }
  Pool pool;
  for (const Lesson* lesson : usable) {
    const double distance = -std::log(lesson->share_ratio) / slope;
    const double sd = lesson->share_ratio_sd / lesson->share_ratio / slope;
    const double model = slope_error * distance;
    pool.Add(std::log(lesson->level) + distance, sd * sd + model * model);
  }
  return pool.Get();
}

std::optional<Guess> Knowledge::FromModel() const {
  std::vector<queueing::ProbeSummary> summaries;
  for (const Lesson& lesson : lessons_) {
    if (lesson.summary.rate.per_second > 0.0 && lesson.summary.requests > 0 &&
        lesson.summary.mean_response > Duration::zero()) {
      summaries.push_back(lesson.summary);
    }
  }
  if (summaries.size() < 2 || threshold_ <= Duration::zero()) {
    return std::nullopt;
  }
  const auto model = queueing::PlacementModel::Fit(summaries, threshold_);
  if (!model) {
    return std::nullopt;
  }
  const double line = axis_ == measure::SearchAxis::kRate ? model->Line(allowed_).per_second
                                                          : model->UserLine(allowed_, think_);
  if (!(line > 0.0) || !std::isfinite(line)) {
    return std::nullopt;
  }
  return Guess{.log_line = std::log(line), .sd = std::hypot(kModelError, model->fit_error())};
}

std::optional<Guess> Knowledge::Seen() const {
  const std::optional<Guess> tests = FromTests();
  return tests ? tests : FromShares();
}

std::optional<Guess> Knowledge::Line() const {
  const std::optional<Guess> seen = Seen();
  if (seen && seen->sd < 0.5 * kModelError) {
    return seen;
  }
  Pool pool;
  for (const std::optional<Guess>& guess : {seen, FromModel()}) {
    if (guess) {
      pool.Add(guess->log_line, guess->sd * guess->sd);
    }
  }
  return pool.Get();
}

std::optional<Guess> Knowledge::NearEstimate() const {
  Pool pool;
  for (const Lesson& lesson : lessons_) {
    const bool crossing = lesson.test == measure::TestKind::kLevelCrossing ||
                          lesson.test == measure::TestKind::kClosedLevelCrossing;
    if (crossing && lesson.estimate && std::abs(lesson.estimate->log_ratio) < kNear &&
        Variance(*lesson.estimate) < kNearSd * kNearSd) {
      pool.Add(std::log(lesson.level) + lesson.estimate->log_ratio, Variance(*lesson.estimate));
    }
  }
  return pool.Get();
}

double Knowledge::DeviationPerRequest() const {
  // The usual value counts as much as a short probe; what was seen near the line takes over.
  double usual = kUsualDeviation;
  for (const Lesson& lesson : lessons_) {
    usual = lesson.test == measure::TestKind::kBatch ? kUsualBatchDeviation : usual;
  }
  double requests = kUsualRequests;
  double sum = usual * usual * kUsualRequests;
  for (const Lesson& lesson : lessons_) {
    if (lesson.estimate && std::abs(lesson.estimate->log_ratio) < kNear) {
      const double variance = lesson.estimate->sd * lesson.estimate->sd * lesson.requests;
      sum += lesson.requests * variance;
      requests += lesson.requests;
    }
  }
  return std::clamp(std::sqrt(sum / requests), 0.5, 40.0);
}

}  // namespace loadline::search
