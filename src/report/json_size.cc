#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "catalog/price_list.h"
#include "report/size.h"
#include "sizing/survive.h"

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
                          {"broken", each.broken},
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

Json Pair(const stats::Interval& interval) {
  return {interval.lower, interval.upper};
}

/// How pods slow each other down.
Json ScalingOf(const SizeReport& report) {
  if (!report.scaling) {
    return {};
  }
  const queueing::UslFit& fit = *report.scaling;
  const int pods = report.answer.outlook.pods;
  return {{"measured_pods", report.scaling_pods},
          {"shown", fit.Shown()},
          {"sigma", fit.law.sigma},
          {"sigma_interval", Pair(fit.sigma)},
          {"kappa", fit.law.kappa},
          {"kappa_interval", Pair(fit.kappa)},
          {"slowdown", fit.law.Slowdown(pods)},
          {"slowdown_interval", Pair(fit.SlowdownAt(pods))},
          {"r_squared", fit.r_squared},
          {"chi_square", fit.chi_square},
          {"degrees", fit.degrees}};
}

/// How requests in one pod do.
Json CurveOf(const SizeReport& report) {
  if (!report.curve) {
    return {};
  }
  const sizing::FittedCurve& curve = *report.curve;
  return {{"sigma", curve.law.sigma},
          {"sigma_interval", Pair(curve.sigma)},
          {"kappa", curve.law.kappa},
          {"kappa_interval", Pair(curve.kappa)},
          {"width", curve.width > 0 ? Json(curve.width) : Json()},
          {"measured_to", curve.seen},
          {"rates_rps", report.model.pod.curve}};
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
          {"scaling", ScalingOf(report)},
          {"curve", CurveOf(report)},
          {"origin", report.origin},
          {"fit", report.fit_lines}};
}

Json ToJson(const catalog::Resources& resources) {
  Json extended = Json::object();
  for (const catalog::ExtendedResource& each : resources.extended) {
    extended[each.name] = each.count;
  }
  return {{"cpu", static_cast<double>(resources.millicores) / 1000},
          {"memory_bytes", resources.memory.count},
          {"extended", extended}};
}

Json ToJson(const TrafficForecast& traffic) {
  const sizing::Forecast& found = traffic.forecast;
  return {{"file", traffic.file},
          {"until", traffic.until},
          {"points", found.points},
          {"history_days", Seconds(found.history) / 86'400},
          {"expected_rps", found.peak.per_second},
          {"interval_rps", {found.low.per_second, found.high.per_second}},
          {"confidence", found.confidence},
          {"growth_per_year", found.growth_per_year},
          {"growth_per_year_interval", {found.growth_low, found.growth_high}},
          {"scatter", found.scatter},
          {"highest_seen_rps", found.highest_seen.per_second},
          {"lowest_seen_rps", found.lowest_seen.per_second}};
}

Json ToJson(const Autoscaling& scaling) {
  const sizing::AutoscalerBounds& bounds = scaling.bounds;
  return {{"min_pods", bounds.min_pods},
          {"max_pods", bounds.max_pods},
          {"target_share", bounds.target},
          {"dead_band_share", scaling.demand.dead_band},
          {"top_of_dead_band_share", bounds.top},
          {"margin", scaling.demand.margin},
          {"pods_lost_with_a_node", scaling.demand.loss.pods_on_a_node},
          {"weakest_pods", bounds.weakest},
          {"weakest_may_be_busy_share", Number(bounds.weakest_busy)},
          {"lowest_rps", scaling.demand.lowest.per_second},
          {"lowest_from", scaling.lowest_from},
          {"peak_work_pods", Number(bounds.peak_work)},
          {"fixed_pods", scaling.fixed_pods > 0 ? Json(scaling.fixed_pods) : Json()}};
}

Json ToJson(const sizing::NodeGroup& group) {
  return {{"type", group.type.name},
          {"provider", catalog::ProviderName(group.type.provider)},
          {"region", group.type.region},
          {"arch", group.type.arch},
          {"nodes", group.nodes},
          {"per_zone", group.per_zone},
          {"allocatable", ToJson(group.allocatable.resources)},
          {"allocatable_pods", group.allocatable.pods},
          {"pods_per_node", group.places.pods},
          {"binds", group.places.binds},
          {"usd_per_node_hour", group.usd_per_node_hour},
          {"usd_per_month", group.usd_per_month},
          {"price_as_of", FormatDay(group.type.as_of)},
          {"price_source", group.type.source}};
}

Json ToJson(const NodesReport& nodes, std::chrono::sys_days today) {
  const sizing::NodePlan& plan = nodes.plan;
  const sizing::NodeDemand& demand = nodes.demand;
  Json groups = Json::array();
  for (const sizing::NodeGroup& group : plan.groups) {
    groups.push_back(ToJson(group));
  }
  Json cost = Json::array();
  for (const sizing::CostLine& line : plan.cost) {
    cost.push_back({{"what", line.what}, {"usd_per_month", line.usd_per_month}});
  }
  Json alternatives = Json::array();
  for (const sizing::NodeAlternative& each : plan.alternatives) {
    alternatives.push_back({{"what", each.what},
                            {"flag", each.option},
                            {"pods", each.pods},
                            {"nodes", each.nodes},
                            {"usd_per_month", each.usd_per_month}});
  }
  return {{"groups", groups},
          {"pods_per_zone", plan.pods_per_zone},
          {"most_pods_on_a_node", plan.most_pods_on_a_node},
          {"left_after_loss", plan.left_after_loss},
          {"places", plan.places},
          {"cpu_filled_share", Number(plan.cpu_fill)},
          {"memory_filled_share", Number(plan.memory_fill)},
          {"surge_pods", plan.surge_pods},
          {"surge_fits", plan.surge_fits},
          {"pod", ToJson(demand.pod)},
          {"memory_peak_share", nodes.memory_peak},
          {"daemonsets", ToJson(demand.overhead.daemons)},
          {"daemonset_pods", demand.overhead.daemon_pods},
          {"cluster_pods", demand.cluster.count},
          {"cluster_pod", ToJson(demand.cluster.each)},
          {"spot", demand.spot},
          {"hours_per_month", demand.hours_per_month},
          {"cost", cost},
          {"price_list", nodes.price_list},
          {"oldest_price", FormatDay(plan.oldest)},
          {"oldest_price_days", catalog::AgeOn(today, plan.oldest).count()},
          {"alternatives", alternatives}};
}

Json ManifestsOf(const SizeReport& report) {
  Json files = Json::array();
  for (const WrittenManifest& each : report.manifests) {
    files.push_back({{"path", each.path}, {"what", each.what}});
  }
  return {{"files", files}, {"commands", report.commands}};
}

}  // namespace

std::string SizeDocument(const SizeReport& report) {
  Json alternatives = Json::array();
  for (const Alternative& each : report.alternatives) {
    alternatives.push_back({{"what", each.what},
                            {"flag", each.flag},
                            {"needed", each.needed > 0 ? Json(each.needed) : Json()},
                            {"pods", each.pods > 0 ? Json(each.pods) : Json()},
                            {"nodes", each.nodes ? Json(*each.nodes) : Json()},
                            {"usd_per_month", each.nodes ? Number(each.usd_per_month) : Json()}});
  }
  Json assumed = Json::array();
  for (const Assumption& each : report.assumed) {
    assumed.push_back({{"about", each.about}, {"what", each.what}, {"flag", each.flag}});
  }
  const std::optional<NodesReport>& nodes = report.nodes;
  const sizing::Loss loss{.survive = report.survive, .zones = report.zones};
  const Json document = {
      {"format", kSizeFormat},
      {"version", report.version},
      {"command", "size"},
      {"pods", report.pods},
      {"rate_rps", report.rate.per_second},
      {"rate_now_rps", report.rate_now.per_second},
      {"growth_share", report.growth},
      {"users", report.users ? Json(report.users->count) : Json()},
      {"think_ms", report.users ? Ms(report.users->think) : Json()},
      {"growth_text", report.growth_text},
      {"forecast", report.forecast ? ToJson(*report.forecast) : Json()},
      {"survive", sizing::SurviveName(report.survive)},
      {"zones", report.zones},
      {"left_after_loss",
       nodes ? Json(nodes->plan.left_after_loss) : Json(loss.LeftOf(report.pods))},
      {"pod_cpu", report.pod_cpu > 0 ? Json(report.pod_cpu) : Json()},
      {"pod_memory_bytes", report.pod_memory.count > 0 ? Json(report.pod_memory.count) : Json()},
      {"nodes", nodes ? Json(nodes->plan.nodes) : Json()},
      {"usd_per_month", nodes ? Number(nodes->plan.usd_per_month) : Json()},
      {"service", ServiceOf(report)},
      {"needed", ToJson(report.answer.outlook)},
      {"one_fewer", report.answer.fewer ? ToJson(*report.answer.fewer) : Json()},
      {"holds_up_to_rps", report.users ? Json() : Json(report.edge.per_second)},
      {"holds_up_to_users", report.users ? Json(report.edge_users) : Json()},
      {"classic",
       {{"pods", report.classic_pods},
        {"nodes", report.classic_nodes ? Json(*report.classic_nodes) : Json()},
        {"arithmetic", report.explain}}},
      {"autoscaler", report.autoscaling ? ToJson(*report.autoscaling) : Json()},
      {"plan", nodes ? ToJson(*nodes, report.today) : Json()},
      {"assumed", assumed},
      {"thin_ice", report.thin_ice},
      {"alternatives", alternatives},
      {"confirmation", report.confirmation ? ToJson(*report.confirmation) : Json()},
      {"manifests", report.manifests.empty() ? Json() : ManifestsOf(report)},
  };
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace loadline::report
