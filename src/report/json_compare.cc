// A comparison as JSON.
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "report/compare_report.h"
#include "report/json.h"

namespace loadline::report {
namespace {

using Json = nlohmann::ordered_json;

Json Number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json RunJson(const ComparedRun& run) {
  return Json{
      {"id", run.id},           {"label", run.label},       {"started", FormatUtc(run.started)},
      {"command", run.command}, {"load", run.load},         {"target", run.target},
      {"seconds", run.seconds}, {"requests", run.requests}, {"notes", run.notes}};
}

/// Times in ms, as everywhere in our JSON.
Json FigureJson(const compare::Compared& figure) {
  const bool time = figure.name == "mean" || figure.name.starts_with('p');
  const double scale = time ? 1000.0 : 1.0;
  const auto side = [&](const compare::Estimate& estimate) {
    return Json{{"value", Number(estimate.value * scale)},
                {"interval", {Number(estimate.low * scale), Number(estimate.high * scale)}}};
  };
  return Json{{"name", figure.name},
              {"unit", time                          ? "ms"
                       : figure.name == "errors"     ? "share"
                       : figure.name == "throughput" ? "rps"
                                                     : "level"},
              {"a", side(figure.a)},
              {"b", side(figure.b)},
              {"change", Number(figure.change.value)},
              {"change_interval", {Number(figure.change.low), Number(figure.change.high)}},
              {"relative", figure.relative},
              {"result", Name(figure.proof)}};
}

Json TrialJson(const TrialFacts& trial) {
  Json order = Json::array();
  for (int i = 0; i < trial.done; ++i) {
    order.push_back(trial.order[static_cast<std::size_t>(i)] ? "BA" : "AB");
  }
  return Json{{"blocks", trial.done},
              {"blocks_planned", trial.pairs},
              {"block_s", Seconds(trial.block)},
              {"warmup_s", Seconds(trial.warmup)},
              {"order", std::move(order)},
              {"seed", trial.seed},
              {"refused_pairs", trial.refused},
              {"ended_by", trial.ended_by.empty() ? Json() : Json(trial.ended_by)},
              {"blocks_to_decide",
               trial.pairs_to_decide.has_value() ? Json(*trial.pairs_to_decide) : Json()}};
}

}  // namespace

std::string ComparisonDocument(const std::vector<ComparisonReport>& reports) {
  Json json;
  json["format"] = kDocumentFormat;
  json["loadline"] = reports.empty() ? "" : reports.front().version;
  json["comparisons"] = Json::array();
  for (const ComparisonReport& report : reports) {
    Json one{{"a", RunJson(report.a)},
             {"b", RunJson(report.b)},
             {"confidence", report.confidence},
             {"tolerated", report.tolerated},
             {"differences", report.differences},
             {"figures", Json::array()},
             {"result", Name(report.overall)}};
    if (!report.baseline.empty()) {
      one["baseline"] = Json::array();
      for (const ComparedRun& run : report.baseline) {
        one["baseline"].push_back(RunJson(run));
      }
      one["left_out"] = report.left_out;
    }
    if (report.trial.has_value()) {
      one["trial"] = TrialJson(*report.trial);
    }
    for (const compare::Compared& figure : report.figures) {
      one["figures"].push_back(FigureJson(figure));
    }
    json["comparisons"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace loadline::report
