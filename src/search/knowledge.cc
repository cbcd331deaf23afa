#include "search/knowledge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace loadline::search {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// An estimate leans: departure rates and late shares by state are those of the probed load, not of
/// the line's. At a distance d it sees the line at lean · d, where the lean differs from service to
/// service (0.7 … 1.9 were seen, docs/benchmarks-search.md) and is much the same on both sides of a
/// line: its logarithm is taken to be normal with this deviation, and is learnt from the probes…
constexpr double kLeanSd = 0.3;
/// …on a grid of so many leans from 1/kMostLean to kMostLean…
constexpr int kLeans = 31;
constexpr double kMostLean = 2.5;
/// …with an error of kBend · d² beside.
constexpr double kBend = 0.5;
/// Deviations that short probes say of themselves are too small by about so much.
constexpr double kModesty = 1.25;
/// The printed estimate uses probes that see the line within this distance (logarithmic)…
constexpr double kNear = 0.15;
/// …and is withheld where it is not known this well.
constexpr double kNearSd = 0.04;
/// What a fitted model of the service may be off (docs/load-line.md: −6 % to +11 %).
constexpr double kModelError = 0.12;
/// How the late share grows beside the line where nothing is known: d ln(share) / d ln(level).
constexpr double kUsualSlope = 8.0;
constexpr double kSlopeError = 0.5;
/// Deviations of verdicts where nothing is known: the middle of what was measured on 14 services.
/// Above the line late requests are many and tell more.
constexpr double kUsualHeld = 4.5;
constexpr double kUsualBroken = 2.6;
/// The batch test's, as a multiple.
constexpr double kBatchDeviation = 2.0;
/// Shorter probes say nothing of it.
constexpr double kTellingRequests = 500.0;

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

/// Variance of what a probe at `lean` says of ln(line).
double Variance(const LineEstimate& estimate, double lean) {
  const double distance = estimate.log_ratio / lean;
  const double bend = kBend * distance * distance;
  const double sd = kModesty * estimate.sd;
  return (sd * sd + estimate.unseen * estimate.unseen) / (lean * lean) + bend * bend;
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

std::optional<Guess> Knowledge::FromTests(double within) const {
  // Bayes over the lean: given a lean the line is a weighted mean, and a lean counts by its own law
  // and by how well it makes the probes agree.
  std::array<LeanGuess, kLeans> guesses;
  double best = -kInfinite;
  for (int i = 0; i < kLeans; ++i) {
    const double log_lean = std::log(kMostLean) * (2.0 * i / (kLeans - 1) - 1.0);
    const auto guess = AtLean(log_lean, within);
    if (!guess) {
      return std::nullopt;
    }
    guesses[static_cast<std::size_t>(i)] = *guess;
    best = std::max(best, guess->log_weight);
  }
  double weights = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  for (const LeanGuess& guess : guesses) {
    const double weight = std::exp(guess.log_weight - best);
    weights += weight;
    sum += weight * guess.line.log_line;
    squares += weight * (guess.line.sd * guess.line.sd + guess.line.log_line * guess.line.log_line);
  }
  const double mean = sum / weights;
  return Guess{.log_line = mean, .sd = std::sqrt(std::max(1e-10, squares / weights - mean * mean))};
}

std::optional<Knowledge::LeanGuess> Knowledge::AtLean(double log_lean, double within) const {
  const double lean = std::exp(log_lean);
  const double z = log_lean / kLeanSd;
  double log_weight = -0.5 * z * z;
  Pool pool;
  for (const Lesson& lesson : lessons_) {
    if (!lesson.estimate || std::abs(lesson.estimate->log_ratio) >= within) {
      continue;
    }
    const double variance = Variance(*lesson.estimate, lean);
    const double line = std::log(lesson.level) + lesson.estimate->log_ratio / lean;
    if (const auto before = pool.Get()) {
      const double apart = line - before->log_line;
      const double both = variance + before->sd * before->sd;
      log_weight -= 0.5 * (apart * apart / both + std::log(both));
    }
    pool.Add(line, variance);
  }
  const auto line = pool.Get();
  return line ? std::optional(LeanGuess{.line = *line, .log_weight = log_weight}) : std::nullopt;
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
  const std::optional<Guess> tests = FromTests(kInfinite);
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
  const std::optional<Guess> near = FromTests(kNear);
  return near && near->sd < kNearSd ? near : std::nullopt;
}

double Knowledge::HeldDeviation() const {
  return Deviation(kUsualHeld, &Lesson::held_deviation);
}

double Knowledge::BrokenDeviation() const {
  return Deviation(kUsualBroken, &Lesson::broken_deviation);
}

double Knowledge::Deviation(double usual, double Lesson::*seen) const {
  // The usual value counts as much as one probe; the logarithms are averaged.
  double sum = std::log(usual);
  double count = 1.0;
  for (const Lesson& lesson : lessons_) {
    if (lesson.test == measure::TestKind::kBatch) {
      return usual * kBatchDeviation;
    }
    if (lesson.*seen > 0.0 && lesson.requests >= kTellingRequests) {
      sum += std::log(lesson.*seen);
      count += 1.0;
    }
  }
  return std::exp(sum / count);
}

}  // namespace loadline::search
