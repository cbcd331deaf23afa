#include <cmath>
#include <nlohmann/json.hpp>

#include "report/size.h"

namespace loadline::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSizeFormat = 1;

/// null for what JSON has no number for.
Json Number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json Ms(Duration d) {
  return d == Duration::max() ? Json() : Json(static_cast<double>(d.count()) / 1e6);
}

bool IsShare(const measure::Objective& objective) {
  return objective.metric == measure::Metric::kErrors;
}

Json InUnit(const measure::Objective& objective, double value) {
  return IsShare(objective) ? Number(value) : Number(value * 1e3);
}

Json ToJson(const sizing::PodsOutlook& outlook) {
  Json objectives = Json::array();
  for (const sizing::ObjectiveOutlook& each : outlook.objectives) {
    objectives.push_back({{"text", measure::Format(each.objective)},
                          {"holds", each.holds},
                          {"value", InUnit(each.objective, each.value)},
                          {"unit", IsShare(each.objective) ? "share" : "ms"}});
  }
  return {{"pods", outlook.pods},
          {"busy_share", Number(outlook.busy)},
          {"stable", outlook.stable},
          {"rejected_share", outlook.stable ? Number(outlook.rejected) : Json()},
          {"holds", outlook.holds},
          {"objectives", objectives}};
}

Json ToJson(const Confirmation& confirmation) {
  if (!confirmation.skipped.empty()) {
    return {{"skipped", confirmation.skipped}};
  }
  Json objectives = Json::array();
  for (const ConfirmedObjective& each : confirmation.objectives) {
    const measure::Objective& objective = each.model.objective;
    objectives.push_back({{"text", measure::Format(objective)},
                          {"holds", each.holds},
                          {"simulated", InUnit(objective, each.simulated)},
                          {"interval", {InUnit(objective, each.low), InUnit(objective, each.high)}},
                          {"model", InUnit(objective, each.model.value)},
                          {"unit", IsShare(objective) ? "share" : "ms"}});
  }
  return {{"pods", confirmation.pods},
          {"rate_rps", confirmation.rate.per_second},
          {"balance", confirmation.balance},
          {"requests", confirmation.requests},
          {"objectives", objectives}};
}

Json ServiceOf(const SizeReport& report) {
  const queueing::Pool& pod = report.model.pod;
  return {{"service_ms", Ms(pod.service)},
          {"service_interval_ms", {Ms(report.model.service_low), Ms(report.model.service_high)}},
          {"cv", std::sqrt(pod.scv)},
          {"concurrency", pod.concurrency},
          {"queue", pod.queue == queueing::kEndlessQueue ? Json() : Json(pod.queue)},
          {"delay_ms", Ms(pod.delay)},
          {"discipline", pod.discipline == queueing::Discipline::kSharing ? "sharing" : "slots"},
          {"balance", queueing::Name(pod.balance)},
          {"routers", pod.routers},
          {"sigma", report.model.contention.sigma},
          {"kappa", report.model.contention.kappa},
          {"origin", report.origin},
          {"fit", report.fit_lines}};
}

}  // namespace

std::string SizeDocument(const SizeReport& report) {
  Json alternatives = Json::array();
  for (const Alternative& each : report.alternatives) {
    alternatives.push_back({{"what", each.what},
                            {"flag", each.flag},
                            {"pods", each.pods > 0 ? Json(each.pods) : Json()}});
  }
  Json sections = Json::array();
  for (const auto& [head, line] : report.sections) {
    sections.push_back({{"head", head}, {"text", line}});
  }
  Json document = {
      {"format", kSizeFormat},
      {"version", report.version},
      {"command", "size"},
      {"pods", report.pods},
      {"rate_rps", report.rate.per_second},
      {"rate_now_rps", report.rate_now.per_second},
      {"growth_share", report.growth},
      {"users", report.users ? Json(report.users->count) : Json()},
      {"think_ms", report.users ? Ms(report.users->think) : Json()},
      {"survive", sizing::SurviveName(report.survive)},
      {"zones", report.zones},
      {"pod_cpu", report.pod_cpu > 0 ? Json(report.pod_cpu) : Json()},
      {"pod_memory_bytes", report.pod_memory.count > 0 ? Json(report.pod_memory.count) : Json()},
      {"nodes", report.nodes ? Json(*report.nodes) : Json()},
      {"usd_per_month", report.nodes ? Number(report.usd_per_month) : Json()},
      {"service", ServiceOf(report)},
      {"needed", ToJson(report.answer.outlook)},
      {"one_fewer", report.answer.fewer ? ToJson(*report.answer.fewer) : Json()},
      {"holds_up_to_rps", report.users ? Json() : Json(report.edge.per_second)},
      {"holds_up_to_users", report.users ? Json(report.edge_users) : Json()},
      {"classic",
       {{"pods", report.classic_pods},
        {"nodes", report.classic_nodes ? Json(*report.classic_nodes) : Json()},
        {"arithmetic", report.explain}}},
      {"sections", sections},
      {"thin_ice", report.thin_ice},
      {"alternatives", alternatives},
      {"confirmation", report.confirmation ? ToJson(*report.confirmation) : Json()},
  };
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace loadline::report
