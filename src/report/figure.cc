#include "report/figure.h"

#include <fmt/core.h>

#include "report/markup.h"

namespace loadline::report {
namespace {

std::string Swatch(const LegendItem& item) {
  std::string shape;
  switch (item.kind) {
    case LegendItem::Kind::kLine:
      shape = fmt::format("<path d=\"M1 6L19 6\" class=\"line {}\"/>", item.css);
      break;
    case LegendItem::Kind::kArea:
      shape =
          fmt::format("<rect x=\"1\" y=\"1\" width=\"18\" height=\"10\" class=\"{}\"/>", item.css);
      break;
    case LegendItem::Kind::kMark:
      shape = MarkShape(item.mark, 10, 6, 4.5, item.css);
      break;
  }
  return fmt::format(
      "<svg class=\"swatch\" viewBox=\"0 0 20 12\" width=\"20\" height=\"12\" "
      "aria-hidden=\"true\">{}</svg>",
      shape);
}

std::string LegendHtml(const std::vector<LegendItem>& legend) {
  if (legend.empty()) {
    return {};
  }
  std::string html = "<ul class=\"legend\">";
  for (const LegendItem& item : legend) {
    html += fmt::format("<li>{}{}</li>", Swatch(item), Escaped(item.text));
  }
  return html + "</ul>";
}

template <typename Values, typename Print>
std::string Array(const Values& values, const Print& print) {
  std::string text;
  for (const auto& value : values) {
    text += text.empty() ? "" : ",";
    text += print(value);
  }
  return fmt::format("[{}]", text);
}

/// The data that the script reads. It stands in an element that no browser executes.
std::string HoverData(const Hover& hover) {
  if (hover.at.empty()) {
    return {};
  }
  const auto share = [](double value) { return fmt::format("{:.4g}", value); };
  std::string series;
  for (const HoverSeries& one : hover.series) {
    series +=
        fmt::format("{}{{\"n\":{},\"c\":{},\"v\":{}}}", series.empty() ? "" : ",",
                    ScriptString(one.name), ScriptString(one.css), Array(one.values, ScriptString));
  }
  return fmt::format(
      "<script type=\"application/json\">{{\"sync\":{},\"x\":{},\"y\":{},\"t\":{},\"s\":[{}]}}"
      "</script>",
      ScriptString(hover.sync), Array(hover.at, share), Array(hover.height, share),
      Array(hover.titles, ScriptString), series);
}

}  // namespace

Frame WideFrame(double height) {
  Frame frame;
  frame.height = height;
  return frame;
}

Frame NarrowFrame(double height) {
  Frame frame;
  frame.width = 400;
  frame.height = height;
  frame.left = 56;
  frame.right = 10;
  frame.wide = false;
  return frame;
}

Frame SmallFrame(double height) {
  Frame frame = NarrowFrame(height);
  frame.width = 310;
  frame.bottom = 26;  // No title below the axis.
  return frame;
}

std::string FigureHtml(const Figure& figure, double height,
                       const std::function<Chart(const Frame&)>& draw) {
  const std::string drawings = figure.small
                                   ? draw(SmallFrame(height)).Render(figure.words)
                                   : draw(WideFrame(height)).Render(figure.words) +
                                         draw(NarrowFrame(height * 0.9)).Render(figure.words);
  return fmt::format(
      "<figure id=\"{}\" class=\"{}\"><figcaption><h3>{}</h3>{}</figcaption>{}"
      "<div class=\"plot\">{}</div>{}</figure>\n",
      figure.id, figure.small ? "small" : "full", Escaped(figure.title),
      figure.lead.empty() ? "" : fmt::format("<p>{}</p>", Escaped(figure.lead)),
      LegendHtml(figure.legend), drawings, HoverData(figure.hover));
}

}  // namespace loadline::report
