// LiveDisplay: what the user sees while a probe runs: a block that is redrawn on a terminal, a
// plain line now and then elsewhere, nothing under --quiet.
//
// Belongs to the thread that calls Probe().
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "base/units.h"
#include "measure/window.h"
#include "report/live.h"
#include "report/style.h"
#include "report/terminal.h"

namespace loadline::cli {

class LiveDisplay {
 public:
  enum class Mode { kBlock, kLines, kSilent };

  /// Without a terminal a line is printed once per so much probe time.
  static constexpr Duration kLineEvery = 5s;
  /// The block is drawn at most so often.
  static constexpr Duration kBlockEvery = 200ms;

  /// `out` must outlive the display.
  LiveDisplay(std::FILE* out, Mode mode, const report::Style& style)
      : out_(out), mode_(mode), style_(style), block_(out) {}

  /// A probe starts; `total` is how long it (or the search it belongs to) may take.
  void Start(std::string title, std::optional<Duration> total, bool open_loop);

  /// What a search knows so far, for the block.
  void SetBracket(std::optional<double> held, std::optional<double> broken);
  /// Time of the search spent before this probe: added to the probe's own.
  void SetElapsedBefore(Duration spent) { before_ = spent; }

  void OnWindow(const measure::Window& window);
  void OnSecond(const measure::Second& second);

  /// Makes room for other text; the block comes back with the next window.
  void Clear() { block_.Clear(); }

 private:
  void Count(const measure::Window& window);
  [[nodiscard]] std::vector<measure::ErrorTally> Tallies() const;

  // Constant after construction.
  std::FILE* out_;
  Mode mode_;
  report::Style style_;

  report::RedrawnBlock block_;
  report::LiveSeconds seconds_;
  report::LiveState state_;
  Duration before_{};
  Duration next_{};  // Of the probe: the next drawing.
  std::array<std::int64_t, measure::kErrorKinds> errors_{};
};

}  // namespace loadline::cli
