#include "cli/live_display.h"

#include <fmt/core.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace loadline::cli {

void LiveDisplay::Start(std::string title, std::optional<Duration> total, bool open_loop) {
  state_ = {};
  state_.title = std::move(title);
  state_.total = total;
  state_.open_loop = open_loop;
  seconds_.Reset();
  errors_.fill(0);
  before_ = Duration::zero();
  next_ = mode_ == Mode::kLines ? kLineEvery : Duration::zero();
}

void LiveDisplay::SetBracket(std::optional<double> held, std::optional<double> broken) {
  state_.held = held;
  state_.broken = broken;
}

void LiveDisplay::Count(const measure::Window& window) {
  for (const measure::Event& event : window.events) {
    if (event.kind == measure::EventKind::kDeparture && event.error != measure::ErrorKind::kNone) {
      ++errors_.at(static_cast<std::size_t>(event.error));
    }
  }
}

std::vector<measure::ErrorTally> LiveDisplay::Tallies() const {
  std::vector<measure::ErrorTally> tallies;
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    if (errors_.at(i) > 0) {
      measure::ErrorTally tally;
      tally.kind = static_cast<measure::ErrorKind>(i);
      tally.name = measure::Name(tally.kind);
      tally.count = errors_.at(i);
      tallies.push_back(std::move(tally));
    }
  }
  return tallies;
}

void LiveDisplay::OnWindow(const measure::Window& window) {
  if (mode_ == Mode::kSilent) {
    return;
  }
  Count(window);
  if (window.end < next_) {
    return;
  }
  next_ = window.end + (mode_ == Mode::kLines ? kLineEvery : kBlockEvery);
  state_.elapsed = before_ + window.end;
  state_.progress = window.progress;
  state_.errors = Tallies();
  seconds_.Fill(state_);
  if (mode_ == Mode::kBlock) {
    block_.Draw(report::LiveBlock(state_, style_));
  } else {
    fmt::print(out_, "{}\n", report::LiveLine(state_));
    std::fflush(out_);
  }
}

void LiveDisplay::OnSecond(const measure::Second& second) {
  if (mode_ != Mode::kSilent) {
    state_.warmup = second.warmup;
    seconds_.Add(second);
  }
}

}  // namespace loadline::cli
