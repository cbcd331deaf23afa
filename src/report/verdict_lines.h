// VerdictLines: the words of a verdict, label by label, for readers other than a terminal.
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/run_report.h"
#include "report/text_parts.h"

namespace loadline::report {

/// A piece of a sentence.
struct ToneText {
  std::string text;
  std::optional<Tone> tone;
};

/// One labelled sentence; a line that goes on with the one before has an empty label.
struct VerdictLine {
  std::string label;  ///< `LOAD LINE`, `HELD`, `covers`, …
  std::optional<Tone> tone;
  std::vector<ToneText> text;

  /// The sentence without tones.
  [[nodiscard]] std::string Words() const;
};

/// VerdictText(), line by line: the same words, from the same functions. Its tables (percentiles,
/// errors) are left out.
[[nodiscard]] std::vector<VerdictLine> VerdictLines(const RunReport& report);

}  // namespace loadline::report
