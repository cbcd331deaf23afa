// Chart: lines, areas, marks and axes as SVG. Knows coordinates and classes, nothing of load tests.
//
// A value that is filled and rendered once; any thread. All colours are classes of the style sheet
// (assets/report.css), so that one drawing serves light, dark and print.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/scale.h"

namespace loadline::report {

/// The size of a drawing in its own units, which are CSS pixels when it is shown at that width, and
/// the room for the labels around the plot.
struct Frame {
  double width = 960;
  double height = 320;
  double left = 64;
  double right = 16;
  double top = 14;
  double bottom = 40;
  bool wide =
      true;  ///< For a desktop or paper; false: a phone, or one of several beside each other.

  [[nodiscard]] double plot_width() const { return width - left - right; }
  [[nodiscard]] double plot_height() const { return height - top - bottom; }
};

/// A point in the values of the axes; NaN in `y` interrupts a line.
struct ChartPoint {
  double x = 0.0;
  double y = 0.0;
};

/// How marks differ, so that no colour has to be told apart.
enum class Mark { kDot, kCross, kRing, kDiamond, kSquare };

class Chart {
 public:
  Chart(const Frame& frame, const Scale& x, const Scale& y) : frame_(frame), x_(x), y_(y) {}

  // Axes: labels and faint lines.
  void XTicks(std::span<const Tick> ticks);
  void YTicks(std::span<const Tick> ticks);
  void XTitle(std::string_view title);

  // Drawn in the order of the calls. `css` is one or more of the style sheet's classes.
  void Line(std::span<const ChartPoint> points, std::string_view css);
  /// A line of steps: each point's y holds until the next point's x.
  void Steps(std::span<const ChartPoint> points, std::string_view css);
  /// From the bottom of the plot to the points.
  void Area(std::span<const ChartPoint> points, std::string_view css);
  /// The whole height between two values of x.
  void Band(double x0, double x1, std::string_view css);
  /// A rectangle in values of both axes, at least one unit wide.
  void Box(double x0, double x1, double y0, double y1, std::string_view css);
  /// Many rectangles of one class in a single path.
  struct Cell {
    double x0, x1, y0, y1;
  };
  void Cells(std::span<const Cell> cells, std::string_view css);
  void Horizontal(double y, std::string_view css, std::string_view label = {});
  /// `row` puts the label so many lines lower, where labels would lie on each other.
  void Vertical(double x, std::string_view css, std::string_view label = {}, int row = 0);
  void Point(double x, double y, Mark mark, std::string_view css);
  /// Text at the top of the plot, in the middle between two values of x; left out where it does
  /// not fit.
  void TopLabel(double x0, double x1, std::string_view text, std::string_view css);

  /// The SVG element. `title` is what a screen reader says.
  [[nodiscard]] std::string Render(std::string_view title) const;

  [[nodiscard]] const Frame& frame() const { return frame_; }
  [[nodiscard]] const Scale& x() const { return x_; }
  /// Coordinates of values.
  [[nodiscard]] double X(double value) const;
  [[nodiscard]] double Y(double value) const;

 private:
  [[nodiscard]] std::string PathOf(std::span<const ChartPoint> points, bool steps) const;

  Frame frame_;
  Scale x_;
  Scale y_;
  std::string back_;   // Grid.
  std::string plot_;   // Clipped to the plot by the SVG that it stands in.
  std::string front_;  // Labels.
};

/// The mark alone, for legends and tables.
[[nodiscard]] std::string MarkShape(Mark mark, double x, double y, double size,
                                    std::string_view css);

/// Columns that `text` takes in a drawing, about, in its units.
[[nodiscard]] double LabelWidth(std::string_view text);

}  // namespace loadline::report
