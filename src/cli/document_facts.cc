#include "cli/document_facts.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

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
}

}  // namespace loadline::cli
