#include "cli/document_facts.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loadline::cli {
namespace {

using Json = nlohmann::json;

std::string TextAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double NumberAt(const Json& json, const char* key, double fallback) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : fallback;
}

bool FlagAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

measure::TestKind TestNamed(const std::string& name) {
  using measure::TestKind;
  for (const TestKind kind :
       {TestKind::kLevelCrossing, TestKind::kClosedLevelCrossing, TestKind::kBatch}) {
    if (name == measure::Name(kind)) {
      return kind;
    }
  }
  return TestKind::kNone;
}

measure::ObjectiveState StateNamed(const std::string& name) {
  using measure::ObjectiveState;
  for (const ObjectiveState state : {ObjectiveState::kHeld, ObjectiveState::kBroken}) {
    if (name == measure::Name(state)) {
      return state;
    }
  }
  return ObjectiveState::kUndecided;
}

report::VerifyVerdict ReadVerify(const Json& json) {
  report::VerifyVerdict verdict;
  verdict.state = StateNamed(TextAt(json, "result"));
  verdict.test = TestNamed(TextAt(json, "test"));
  verdict.backlog_grows = FlagAt(json, "backlog_grows");
  verdict.covers_periods_below = FromSeconds(NumberAt(json, "covers_periods_below_ms", 0.0) / 1e3);
  verdict.binding = TextAt(json, "binding");
  verdict.cause = TextAt(json, "cause");
  return verdict;
}

measure::Staircase ReadStaircase(const Json& json) {
  measure::Staircase staircase;
  const auto whole = [](const Json& from, const char* key) -> std::optional<int> {
    const auto found = from.find(key);
    return found != from.end() && found->is_number_integer() ? std::optional(found->get<int>())
                                                             : std::nullopt;
  };
  staircase.step = whole(json, "step_users").value_or(1);
  staircase.repeat = whole(json, "repeat").value_or(1);
  for (const measure::StaircaseEnd end : measure::kStaircaseEnds) {
    if (TextAt(json, "ended_by") == measure::Name(end)) {
      staircase.end = end;
    }
  }
  if (const auto rounds = json.find("rounds"); rounds != json.end() && rounds->is_array()) {
    for (const Json& round : *rounds) {
      if (round.is_object()) {
        staircase.rounds.push_back({whole(round, "broke_users"), whole(round, "clean_users")});
      }
    }
  }
  return staircase;
}

report::VaryReport ReadVary(const Json& json) {
  report::VaryReport vary;
  const auto time = [](const Json& from, const char* key) {
    return FromSeconds(NumberAt(from, key, 0.0) / 1e3);
  };
  const auto number = [](const Json& from, const char* key) -> std::optional<double> {
    const auto found = from.find(key);
    return found != from.end() && found->is_number() ? std::optional(found->get<double>())
                                                     : std::nullopt;
  };
  vary.field = TextAt(json, "field");
  vary.pods = static_cast<int>(NumberAt(json, "pods", 1));
  vary.concurrency = static_cast<int>(NumberAt(json, "concurrency", 1));
  vary.nominal = FlagAt(json, "latency_is_the_value");
  if (number(json, "overhead_ms")) {
    vary.overhead = time(json, "overhead_ms");
  }
  if (const auto both = json.find("overhead_interval_ms");
      both != json.end() && both->is_array() && both->size() == 2 && both->front().is_number() &&
      both->back().is_number()) {
    vary.overhead_low = FromSeconds(both->front().get<double>() / 1e3);
    vary.overhead_high = FromSeconds(both->back().get<double>() / 1e3);
  }
  if (const auto rows = json.find("rows"); rows != json.end() && rows->is_array()) {
    for (const Json& from : *rows) {
      if (!from.is_object()) {
        continue;
      }
      report::VaryRow row;
      row.value = TextAt(from, "value");
      row.latency = time(from, "latency_ms");
      row.calculated = Rate{NumberAt(from, "calculated_rps", 0.0)};
      if (const std::optional<double> achieved = number(from, "achieved_rps")) {
        row.achieved = Rate{*achieved};
      }
      row.residual = number(from, "residual");
      row.run = TextAt(from, "run");
      vary.rows.push_back(std::move(row));
    }
  }
  return vary;
}

void ReadCurls(const Json& errors, std::vector<measure::ErrorTally>& tallies) {
  for (std::size_t i = 0; i < std::min(errors.size(), tallies.size()); ++i) {
    if (errors[i].is_object() && TextAt(errors[i], "name") == tallies[i].name) {
      tallies[i].curl = TextAt(errors[i], "curl");
    }
  }
}

measure::PodFacts ReadPods(const Json& json) {
  const auto count = [&](const char* key) {
    return static_cast<std::int64_t>(NumberAt(json, key, 0.0));
  };
  return {.cpu_periods = count("cpu_periods"),
          .throttled_periods = count("throttled_periods"),
          .failures = count("failures"),
          .lost = count("requests_lost")};
}

/// The curl commands and the pods of `json`, a step of the document, to the same step.
void ReadStep(const Json& json, report::RunReport& report) {
  for (report::StepReport& step : report.steps) {
    if (step.measurement.step != NumberAt(json, "step", -1)) {
      continue;
    }
    if (const auto errors = json.find("errors"); errors != json.end() && errors->is_array()) {
      ReadCurls(*errors, step.measurement.errors);
    }
    if (const auto pods = json.find("pods"); pods != json.end() && pods->is_object()) {
      step.measurement.pods = ReadPods(*pods);
    }
  }
}

}  // namespace

void AddDocumentFacts(std::string_view document, report::RunReport& report) {
  const Json json = Json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return;
  }
  report.confidence = NumberAt(json, "confidence", report.confidence);
  if (const auto target = json.find("target"); target != json.end() && target->is_object()) {
    report.target.tls = TextAt(*target, "tls");
    report.target.insecure = FlagAt(*target, "insecure");
  }
  if (const auto verify = json.find("verify"); verify != json.end() && verify->is_object()) {
    report.verify = ReadVerify(*verify);
  }
  if (const auto found = json.find("staircase"); found != json.end() && found->is_object()) {
    report.staircase = ReadStaircase(*found);
  }
  if (const auto found = json.find("vary"); found != json.end() && found->is_object()) {
    report.vary = ReadVary(*found);
  }
  if (const auto steps = json.find("steps"); steps != json.end() && steps->is_array()) {
    for (const Json& step : *steps) {
      if (step.is_object()) {
        ReadStep(step, report);
      }
    }
  }
}

}  // namespace loadline::cli
