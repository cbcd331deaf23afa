#include "report/chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report/markup.h"
#include "report/table.h"

namespace loadline::report {
namespace {

constexpr double kLetter = 6.6;  // Mean width of a letter of 12 pixels.
constexpr double kLine = 15;     // From one line of labels to the next.

std::string TextAt(double x, double y, std::string_view css, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>", Coordinate(x), Coordinate(y),
                     css, Escaped(text));
}

std::string LineAt(double x0, double y0, double x1, double y1, std::string_view css) {
  return fmt::format("<path d=\"M{} {}L{} {}\" class=\"{}\"/>", Coordinate(x0), Coordinate(y0),
                     Coordinate(x1), Coordinate(y1), css);
}

}  // namespace

double LabelWidth(std::string_view text) {
  return kLetter * DisplayWidth(text);
}

std::string MarkShape(Mark mark, double x, double y, double size, std::string_view css) {
  const auto c = [](double value) { return Coordinate(value); };
  switch (mark) {
    case Mark::kDot:
      return fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"mark {}\"/>", c(x), c(y),
                         c(size), css);
    case Mark::kRing:
      return fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"mark open {}\"/>", c(x),
                         c(y), c(size), css);
    case Mark::kCross:
      return fmt::format("<path d=\"M{} {}L{} {}M{} {}L{} {}\" class=\"mark cross {}\"/>",
                         c(x - size), c(y - size), c(x + size), c(y + size), c(x - size),
                         c(y + size), c(x + size), c(y - size), css);
    case Mark::kDiamond:
      return fmt::format("<path d=\"M{} {}L{} {}L{} {}L{} {}Z\" class=\"mark {}\"/>", c(x),
                         c(y - 1.3 * size), c(x + 1.3 * size), c(y), c(x), c(y + 1.3 * size),
                         c(x - 1.3 * size), c(y), css);
    case Mark::kSquare:
      return fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"mark open {}\"/>",
          c(x - size), c(y - size), c(2 * size), c(2 * size), css);
  }
  return {};
}

double Chart::X(double value) const {
  return frame_.left + x_.At(value) * frame_.plot_width();
}

double Chart::Y(double value) const {
  return frame_.top + (1 - y_.At(value)) * frame_.plot_height();
}

void Chart::XTicks(std::span<const Tick> ticks) {
  const double bottom = frame_.top + frame_.plot_height();
  double free_from = 0;  // Labels end there.
  for (const Tick& tick : ticks) {
    const double x = X(tick.value);
    back_ += LineAt(x, frame_.top, x, bottom, "grid");
    const double half = LabelWidth(tick.label) / 2;
    // The first and the last label may not leave the drawing.
    const double at = std::clamp(x, half, frame_.width - half);
    if (at - half >= free_from) {
      front_ += TextAt(at, bottom + 17, "tick mid", tick.label);
      free_from = at + half + 6;
    }
  }
}

void Chart::YTicks(std::span<const Tick> ticks) {
  for (const Tick& tick : ticks) {
    const double y = Y(tick.value);
    back_ += LineAt(frame_.left, y, frame_.left + frame_.plot_width(), y, "grid");
    front_ += TextAt(frame_.left - 8, y + 4, "tick end", tick.label);
  }
}

void Chart::XTitle(std::string_view title) {
  front_ += TextAt(frame_.left + frame_.plot_width() / 2, frame_.height - 5, "tick mid", title);
}

std::string Chart::PathOf(std::span<const ChartPoint> points, bool steps) const {
  std::string path;
  bool pen = false;  // Down: the point before was drawn.
  double before = 0;
  for (const ChartPoint& point : points) {
    if (std::isnan(point.y) || std::isnan(point.x)) {
      pen = false;
      continue;
    }
    const double y = Y(point.y);
    if (pen && steps) {
      path += fmt::format("L{} {}", Coordinate(X(point.x)), Coordinate(before));
    }
    path += fmt::format("{}{} {}", pen ? "L" : "M", Coordinate(X(point.x)), Coordinate(y));
    before = y;
    pen = true;
  }
  return path;
}

void Chart::Line(std::span<const ChartPoint> points, std::string_view css) {
  const std::string path = PathOf(points, false);
  plot_ += path.empty() ? "" : fmt::format("<path d=\"{}\" class=\"line {}\"/>", path, css);
  // A point without neighbours makes no line: a dot then.
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool left = i > 0 && !std::isnan(points[i - 1].y);
    const bool right = i + 1 < points.size() && !std::isnan(points[i + 1].y);
    if (!std::isnan(points[i].y) && !left && !right) {
      plot_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"3\" class=\"lone {}\"/>",
                           Coordinate(X(points[i].x)), Coordinate(Y(points[i].y)), css);
    }
  }
}

void Chart::Steps(std::span<const ChartPoint> points, std::string_view css) {
  const std::string path = PathOf(points, true);
  plot_ += path.empty() ? "" : fmt::format("<path d=\"{}\" class=\"line {}\"/>", path, css);
}

void Chart::Area(std::span<const ChartPoint> points, std::string_view css) {
  const std::string bottom = Coordinate(frame_.top + frame_.plot_height());
  std::string path;
  for (std::size_t begin = 0; begin < points.size();) {
    if (std::isnan(points[begin].y)) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < points.size() && !std::isnan(points[end].y)) {
      ++end;
    }
    path += PathOf(points.subspan(begin, end - begin), false);
    path += fmt::format("V{}H{}Z", bottom, Coordinate(X(points[begin].x)));
    begin = end;
  }
  plot_ += path.empty() ? "" : fmt::format("<path d=\"{}\" class=\"area {}\"/>", path, css);
}

void Chart::Band(double x0, double x1, std::string_view css) {
  const double left = X(x0);
  plot_ +=
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>",
                  Coordinate(left), Coordinate(frame_.top), Coordinate(std::max(1.0, X(x1) - left)),
                  Coordinate(frame_.plot_height()), css);
}

void Chart::Box(double x0, double x1, double y0, double y1, std::string_view css) {
  const double top = Y(y1);
  plot_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>",
                       Coordinate(X(x0)), Coordinate(top), Coordinate(std::max(1.0, X(x1) - X(x0))),
                       Coordinate(std::max(1.0, Y(y0) - top)), css);
}

void Chart::Cells(std::span<const Cell> cells, std::string_view css) {
  std::string path;
  for (const Cell& cell : cells) {
    const double left = X(cell.x0);
    const double top = Y(cell.y1);
    path += fmt::format("M{} {}h{}v{}h{}z", Coordinate(left), Coordinate(top),
                        Coordinate(X(cell.x1) - left), Coordinate(Y(cell.y0) - top),
                        Coordinate(left - X(cell.x1)));
  }
  plot_ += path.empty() ? "" : fmt::format("<path d=\"{}\" class=\"{}\"/>", path, css);
}

void Chart::Horizontal(double y, std::string_view css, std::string_view label) {
  const double at = Y(y);
  const double right = frame_.left + frame_.plot_width();
  plot_ += LineAt(frame_.left, at, right, at, css);
  if (!label.empty()) {
    // Above the line, or below it where it lies at the top.
    front_ += TextAt(right - 4, at - 5 < frame_.top + 8 ? at + 14 : at - 5, "label end", label);
  }
}

void Chart::Vertical(double x, std::string_view css, std::string_view label, int row) {
  const double at = X(x);
  plot_ += LineAt(at, frame_.top, at, frame_.top + frame_.plot_height(), css);
  if (!label.empty()) {
    const bool left = at + 6 + LabelWidth(label) > frame_.width;
    front_ += TextAt(left ? at - 6 : at + 6, frame_.top + 13 + kLine * row,
                     left ? "label end" : "label", label);
  }
}

void Chart::Point(double x, double y, Mark mark, std::string_view css) {
  plot_ += MarkShape(mark, X(x), Y(y), frame_.wide ? 5 : 4.5, css);
}

void Chart::TopLabel(double x0, double x1, std::string_view text, std::string_view css) {
  if (X(x1) - X(x0) >= LabelWidth(text) + 4) {
    front_ += TextAt((X(x0) + X(x1)) / 2, frame_.top + 12, css, text);
  }
}

std::string Chart::Render(std::string_view title) const {
  const double right = frame_.left + frame_.plot_width();
  const double bottom = frame_.top + frame_.plot_height();
  return fmt::format(
      "<svg class=\"{}\" viewBox=\"0 0 {} {}\" data-box=\"{} {} {} {}\" role=\"img\" "
      "aria-label=\"{}\">{}{}{}{}</svg>",
      frame_.wide ? "wide" : "narrow", Coordinate(frame_.width), Coordinate(frame_.height),
      Coordinate(frame_.left), Coordinate(frame_.top), Coordinate(frame_.plot_width()),
      Coordinate(frame_.plot_height()), Escaped(title), back_, plot_,
      LineAt(frame_.left, bottom, right, bottom, "axis"), front_);
}

}  // namespace loadline::report
