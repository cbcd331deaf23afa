// Style: how text may look. A plain value; whoever prints decides (NO_COLOR, terminal, width).
#pragma once

namespace loadline::report {

struct Style {
  bool color = false;   ///< ANSI colours and bold.
  int width = 100;      ///< Columns of the terminal; long sentences break there. >= 40.
  bool unicode = true;  ///< `±`, `→`, `µs`; false: ASCII only.
  bool marked = false;  ///< For VerdictLines(): marks instead of columns and colours.
};

}  // namespace loadline::report
