#include "report/json.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"

namespace loadline::report {
namespace {

using Json = nlohmann::ordered_json;

/// null for what JSON has no number for: infinite, or not known.
Json Number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json Number(std::optional<double> value) {
  return value.has_value() ? Number(*value) : Json();
}

/// Divided, not multiplied by 1e-6: 109.486079 instead of 109.48607899999999.
double Ms(Duration d) {
  return static_cast<double>(d.count()) / 1e6;
}

double InSeconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

Json Summary(const stats::Histogram& histogram) {
  if (histogram.empty()) {
    return Json();
  }
  return Json{{"p50", Ms(histogram.ValueAtQuantile(0.5))},
              {"p90", Ms(histogram.ValueAtQuantile(0.9))},
              {"p95", Ms(histogram.ValueAtQuantile(0.95))},
              {"p99", Ms(histogram.ValueAtQuantile(0.99))},
              {"p99_9", Ms(histogram.ValueAtQuantile(0.999))},
              {"mean", Ms(histogram.Mean())},
              {"max", Ms(histogram.Max())}};
}

bool IsTime(measure::Metric metric) {
  return metric == measure::Metric::kQuantile || metric == measure::Metric::kMean ||
         metric == measure::Metric::kMax;
}

const char* UnitOf(measure::Metric metric) {
  if (IsTime(metric)) {
    return "ms";
  }
  return metric == measure::Metric::kErrors ? "share" : "rps";
}

/// `judged`: false where the measurement was refused, and no value says anything of the target.
Json Objectives(const std::vector<measure::ObjectiveResult>& objectives, bool judged) {
  Json list = Json::array();
  for (const measure::ObjectiveResult& one : objectives) {
    const double scale = IsTime(one.objective.metric) ? 1000.0 : 1.0;
    const auto scaled = [&](double value) {
      // Beyond the range of a duration a time is infinite: the quantile lies among failures.
      return IsTime(one.objective.metric) && value > 9.2e9 ? Json() : Number(value * scale);
    };
    const bool interval = !(one.interval_low == 0.0 && one.interval_high == 0.0) &&
                          !std::isnan(one.interval_low) && !std::isnan(one.interval_high);
    Json entry;
    entry["text"] = Format(one.objective);
    entry["result"] = judged ? Json(Name(one.state)) : Json();
    entry["value"] = judged ? scaled(one.value) : Json();
    entry["interval"] = judged && interval
                            ? Json::array({scaled(one.interval_low), scaled(one.interval_high)})
                            : Json();
    entry["unit"] = UnitOf(one.objective.metric);
    entry["requests"] = one.requests;
    entry["more_requests"] =
        one.state == measure::ObjectiveState::kUndecided && one.more_requests > 0
            ? Json(one.more_requests)
            : Json();
    list.push_back(std::move(entry));
  }
  return list;
}

Json ErrorCounts(const std::vector<measure::ErrorTally>& errors) {
  std::map<measure::ErrorKind, std::int64_t> counts;  // In the order of the kinds.
  for (const measure::ErrorTally& tally : errors) {
    counts[tally.kind] += tally.count;
  }
  Json object = Json::object();
  for (const auto& [kind, count] : counts) {
    object[std::string(Name(kind))] = count;
  }
  return object;
}

Json Errors(const std::vector<measure::ErrorTally>& errors) {
  Json list = Json::array();
  for (const measure::ErrorTally& tally : errors) {
    list.push_back(Json{{"kind", Name(tally.kind)},
                        {"name", tally.name},
                        {"count", tally.count},
                        {"first_s", InSeconds(tally.first)},
                        {"last_s", InSeconds(tally.last)},
                        {"sample", tally.sample},
                        {"curl", tally.curl.empty() ? Json() : Json(tally.curl)}});
  }
  return list;
}

/// Of the requests that found a connection ready; null where none did.
Json SendError(const measure::Generator& g, const measure::Accounts& accounts) {
  return HasSendError(g, accounts)
             ? Json{{"p50", Ms(g.send_error_p50)}, {"p99", Ms(g.send_error_p99)}}
             : Json();
}

// What the machine has left of something; unknown is negative.
Json Left(std::int64_t count) {
  return count < 0 ? Json() : Json(count);
}

Json GeneratorJson(const measure::Generator& g, const measure::Accounts& accounts, bool ok,
                   bool limited) {
  return Json{
      {"ok", ok},
      {"generator_limited", limited},
      {"lateness_ms",
       {{"p50", Ms(g.lateness_p50)}, {"p99", Ms(g.lateness_p99)}, {"max", Ms(g.lateness_max)}}},
      {"send_error_ms", SendError(g, accounts)},
      {"starved", g.starved},
      {"loop_lag_ms_max", Ms(g.loop_lag_max)},
      {"cpu_busiest", Number(g.cpu_busiest)},
      {"spin_busiest", Number(g.spin_busiest)},
      {"think_overrun_ms_p99", Number(g.think_overrun_p99_s * 1000)},
      {"throttled_ms", Ms(g.throttled)},
      {"dropped_records", g.dropped_records},
      {"dropped_events", g.dropped_events},
      {"descriptors_left", Left(g.descriptors_left)},
      {"ports_left", Left(g.ports_left)}};
}

Json AccountsJson(const measure::Accounts& a) {
  return Json{{"scheduled", a.scheduled},
              {"dispatched", a.dispatched},
              {"never_dispatched", a.never_dispatched},
              {"attempts", a.attempts},
              {"stored", a.stored},
              {"skipped", a.skipped},
              {"dropped", a.dropped},
              {"cut", a.cut},
              {"balanced", a.Balanced()}};
}

Json PodsJson(const std::optional<measure::PodFacts>& pods) {
  return pods ? Json{{"cpu_periods", pods->cpu_periods},
                     {"throttled_periods", pods->throttled_periods},
                     {"failures", pods->failures},
                     {"requests_lost", pods->lost}}
              : Json();
}

Json Refusals(const std::vector<measure::Refusal>& refusals) {
  Json list = Json::array();
  for (const measure::Refusal& refusal : refusals) {
    list.push_back(Json{{"reason", refusal.reason}, {"remedy", refusal.remedy}});
  }
  return list;
}

Json Tasks(const measure::Measurement& m) {
  Json list = Json::array();
  for (const measure::TaskMeasurement& task : m.tasks) {
    list.push_back(Json{{"name", task.name},
                        {"succeeded", task.succeeded},
                        {"failed", task.failed},
                        {"response_ms", Summary(task.response)},
                        {"wire_ms", Summary(task.wire)}});
  }
  return list;
}

Json StepJson(const StepReport& step) {
  const measure::Measurement& m = step.measurement;
  const measure::TaskMeasurement all = AllTasks(m);
  const auto* open = std::get_if<measure::OpenLoad>(&m.load.shape);
  const auto* closed = std::get_if<measure::ClosedLoad>(&m.load.shape);
  const bool loaded = step.purpose != "preflight";
  Json json;
  json["step"] = m.step;
  json["purpose"] = step.purpose;
  json["load"] = loaded ? Json(Describe(m.load)) : Json();
  json["rate_rps"] = loaded && open != nullptr ? Number(open->rate.per_second) : Json();
  json["users"] = loaded && closed != nullptr ? Json(closed->users) : Json();
  json["result"] = loaded ? Json(Name(step.verdict.result)) : Json();
  json["reason"] = step.verdict.reason;
  json["valid"] = m.valid();
  json["refusals"] = Refusals(m.refusals);
  json["started"] = FormatUtc(m.started);
  json["warmup_s"] = InSeconds(m.warmup);
  json["measured_s"] = InSeconds(m.measured);
  json["stop"] = Name(m.stop);
  json["requests"] = m.requests;
  json["succeeded"] = m.succeeded;
  json["failed"] = m.failed;
  json["rejected"] = m.rejected;
  json["offered_rps"] = Number(m.offered.per_second);
  json["achieved_rps"] = Number(m.achieved.per_second);
  json["goodput_rps"] = Number(m.goodput.per_second);
  json["in_flight_end"] = m.in_flight_end;
  json["response_ms"] = Summary(all.response);
  json["wire_ms"] = Summary(all.wire);
  json["errors"] = Errors(m.errors);
  json["objectives"] = Objectives(step.verdict.objectives, m.valid());
  json["tasks"] = Tasks(m);
  json["connections"] =
      Json{{"addresses", m.addresses},
           {"opened", m.connections_opened},
           {"connect_ms_mean", Ms(m.connect_mean)},
           {"tls_ms_mean", m.tls_mean > Duration::zero() ? Json(Ms(m.tls_mean)) : Json()},
           {"wait_ms_mean", Ms(m.connection_wait_mean)}};
  json["line_estimate"] = Number(step.verdict.line_estimate);
  json["line_estimate_sd"] = Number(step.verdict.line_estimate_sd);
  json["generator"] = GeneratorJson(m.generator, m.accounts, m.valid(), m.generator_limited);
  json["accounts"] = AccountsJson(m.accounts);
  json["pods"] = PodsJson(m.pods);
  return json;
}

/// The request rate that a step at `level` users achieved; null if none was there.
Json RateAtUsers(const RunReport& report, std::optional<double> level) {
  for (const StepReport& step : report.steps) {
    if (level.has_value() && step.verdict.level == *level && step.purpose != "preflight" &&
        step.purpose != "recovery") {
      return Number(step.measurement.achieved.per_second);
    }
  }
  return Json();
}

Json LineJson(const RunReport& report, const measure::LoadLine& line) {
  const bool by_users = line.axis == measure::SearchAxis::kUsers;
  const auto rps = [&](std::optional<double> level) {
    return by_users ? RateAtUsers(report, level) : Number(level);
  };
  const auto users = [&](std::optional<double> level) { return by_users ? Number(level) : Json(); };
  const bool interval = line.estimate_low.has_value() && line.estimate_high.has_value();
  const Json both =
      interval ? Json::array({Number(line.estimate_low), Number(line.estimate_high)}) : Json();
  Json json;
  json["axis"] = by_users ? "users" : "rate";
  json["has_objectives"] = line.has_objectives;
  json["held_rps"] = rps(line.held);
  json["broken_rps"] = rps(line.broken);
  json["confidence"] = line.confidence;
  json["estimate_rps"] = by_users ? Json() : Number(line.estimate);
  json["estimate_interval_rps"] = by_users ? Json() : both;
  json["covers_periods_below_ms"] =
      line.covers_periods_below > Duration::zero() ? Json(Ms(line.covers_periods_below)) : Json();
  json["test"] = Name(line.test);
  json["binding"] = line.binding;
  json["cause"] = line.cause;
  json["saturation_rps"] = rps(line.saturation);
  json["operating_rps"] = rps(line.operating);
  json["held_users"] = users(line.held);
  json["broken_users"] = users(line.broken);
  json["estimate_users"] = users(line.estimate);
  json["estimate_interval_users"] = by_users ? both : Json();
  json["saturation_users"] = users(line.saturation);
  json["operating_users"] = users(line.operating);
  json["ended_by"] = Name(line.end);
  json["spent_s"] = InSeconds(line.spent);
  json["next_precision_cost_s"] =
      line.next_precision_cost.has_value() ? Json(InSeconds(*line.next_precision_cost)) : Json();
  return json;
}

Json VerifyJson(const VerifyVerdict& verdict, bool valid) {
  return Json{{"result", valid ? Json(Name(verdict.state)) : Json()},
              {"test", Name(verdict.test)},
              {"backlog_grows", valid ? Json(verdict.backlog_grows) : Json()},
              {"covers_periods_below_ms", verdict.covers_periods_below > Duration::zero()
                                              ? Json(Ms(verdict.covers_periods_below))
                                              : Json()},
              {"binding", valid ? Json(verdict.binding) : Json()},
              {"cause", valid ? Json(verdict.cause) : Json()}};
}

Json Count(std::optional<int> count) {
  return count.has_value() ? Json(*count) : Json();
}

Json StaircaseJson(const measure::Staircase& staircase) {
  Json json;
  json["users"] = Count(staircase.Users());
  json["step_users"] = staircase.step;
  json["repeat"] = staircase.repeat;
  json["ended_by"] = Name(staircase.end);
  json["rounds"] = Json::array();
  for (const measure::StairRound& round : staircase.rounds) {
    json["rounds"].push_back(
        Json{{"broke_users", Count(round.broke)}, {"clean_users", Count(round.clean)}});
  }
  return json;
}

Json VaryJson(const VaryReport& vary) {
  const auto ms = [](std::optional<Duration> d) { return d.has_value() ? Json(Ms(*d)) : Json(); };
  Json json;
  json["field"] = vary.field;
  json["pods"] = vary.pods;
  json["concurrency"] = vary.concurrency;
  json["latency_is_the_value"] = vary.nominal;
  json["overhead_ms"] = ms(vary.overhead);
  json["overhead_interval_ms"] = vary.overhead_low && vary.overhead_high
                                     ? Json::array({ms(vary.overhead_low), ms(vary.overhead_high)})
                                     : Json();
  json["rows"] = Json::array();
  for (const VaryRow& row : vary.rows) {
    json["rows"].push_back(
        Json{{"value", row.value},
             {"latency_ms", Ms(row.latency)},
             {"calculated_rps", Number(row.calculated.per_second)},
             {"achieved_rps", row.achieved.has_value() ? Number(row.achieved->per_second) : Json()},
             {"residual", Number(row.residual)},
             {"run", row.run}});
  }
  return json;
}

Json PhaseJson(const OverloadPhaseFacts& phase) {
  return Json{{"seconds", phase.seconds},
              {"succeeded", phase.succeeded},
              {"failed", phase.failed},
              {"rejected", phase.rejected},
              {"goodput_rps", Number(phase.goodput_rps)},
              {"response_ms", {{"p50", Ms(phase.p50)}, {"p95", Ms(phase.p95)}}}};
}

Json OverloadJson(const OverloadVerdict& overload) {
  return Json{{"factor", overload.factor},
              {"before", PhaseJson(overload.before)},
              {"during", PhaseJson(overload.during)},
              {"after", PhaseJson(overload.after)},
              {"recovery_s", overload.recovery ? Json(InSeconds(*overload.recovery)) : Json()}};
}

/// The figures of the run: those of its headline step, withheld where that one was refused.
void AddFigures(Json& json, const StepReport* step) {
  const measure::Measurement* m = step == nullptr ? nullptr : &step->measurement;
  const bool told = m != nullptr && m->valid();
  const measure::TaskMeasurement all = told ? AllTasks(*m) : measure::TaskMeasurement();
  json["load"] = m == nullptr ? Json() : Json(Describe(m->load));
  json["offered_rps"] = m == nullptr ? Json() : Number(m->offered.per_second);
  json["achieved_rps"] = m == nullptr ? Json() : Number(m->achieved.per_second);
  json["goodput_rps"] = told ? Number(m->goodput.per_second) : Json();
  json["requests"] = m == nullptr ? Json() : Json(m->requests);
  json["succeeded"] = m == nullptr ? Json() : Json(m->succeeded);
  json["failed"] = m == nullptr ? Json() : Json(m->failed);
  json["response_ms"] = told ? Summary(all.response) : Json();
  json["wire_ms"] = told ? Summary(all.wire) : Json();
  json["errors"] = m == nullptr ? Json() : ErrorCounts(m->errors);
}

Json RunJson(const RunReport& report) {
  const Totals totals = TotalsOf(report);
  const StepReport* headline = Headline(report);
  const bool valid = totals.refusals.empty();
  Json json;
  json["format"] = kDocumentFormat;
  json["loadline"] = report.version;
  json["id"] = report.id;
  json["command"] = report.command;
  json["label"] = report.label;
  json["started"] = FormatUtc(report.started);
  json["state"] = report.state;
  json["exit_code"] = report.exit_code;
  json["seed"] = report.seed;
  json["confidence"] = report.confidence;
  json["target"] = Json{{"method", report.target.method},
                        {"url", report.target.url},
                        {"addresses", report.target.addresses},
                        {"tls", report.target.tls.empty() ? Json() : Json(report.target.tls)},
                        {"insecure", report.target.insecure}};
  json["valid"] = valid;
  json["invalid_reasons"] = Json::array();
  for (const measure::Refusal& refusal : totals.refusals) {
    json["invalid_reasons"].push_back(refusal.reason);
  }
  AddFigures(json, headline);
  json["objectives"] =
      Objectives(report.objectives, headline != nullptr && headline->measurement.valid());
  json["verify"] = report.verify.has_value() ? VerifyJson(*report.verify, valid) : Json();
  json["load_line"] = report.load_line.has_value() ? LineJson(report, *report.load_line) : Json();
  json["staircase"] = report.staircase.has_value() ? StaircaseJson(*report.staircase) : Json();
  json["vary"] = report.vary.has_value() ? VaryJson(*report.vary) : Json();
  json["overload"] = report.overload.has_value() ? OverloadJson(*report.overload) : Json();
  json["drift"] = report.drift.has_value()
                      ? Json{{"change", Number(report.drift->value)},
                             {"interval", {Number(report.drift->low), Number(report.drift->high)}}}
                      : Json();
  json["steps"] = Json::array();
  for (const StepReport& step : report.steps) {
    json["steps"].push_back(StepJson(step));
  }
  json["generator"] =
      GeneratorJson(totals.generator, totals.accounts, valid, totals.generator_limited);
  json["accounts"] = AccountsJson(totals.accounts);
  json["pods"] = PodsJson(totals.pods);
  json["records_imported"] = report.stored >= 0 ? Json(report.stored) : Json();
  json["records_left_in"] = report.spool_note.empty() ? Json() : Json(report.spool_note);
  return json;
}

std::string Text(const Json& json) {
  // What a target sent may not be UTF-8: such bytes become U+FFFD instead of an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string RunDocument(const RunReport& report) {
  return Text(RunJson(report));
}

std::string VaryDocument(const VaryReport& table, std::span<const RunReport> runs,
                         std::string_view version, int exit_code) {
  Json json;
  json["format"] = kDocumentFormat;
  json["loadline"] = version;
  json["command"] = "find";
  json["exit_code"] = exit_code;
  json["vary"] = VaryJson(table);
  json["runs"] = Json::array();
  for (const RunReport& run : runs) {
    json["runs"].push_back(RunJson(run));
    json["runs"].back()["vary"] = Json();
  }
  return Text(json);
}

}  // namespace loadline::report
