#include "scenario/show.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "base/units_text.h"
#include "scenario/json_body.h"
#include "scenario/template_text.h"
#include "scenario/yaml_lines.h"

namespace loadline::scenario {
namespace {

// A scalar as YAML: plain where nothing can be mistaken, else in double quotes.
std::string Scalar(std::string_view text) {
  const bool plain = !text.empty() && text != "true" && text != "false" && text != "null" &&
                     ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')) &&
                     std::all_of(text.begin(), text.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_';
                     });
  if (plain) {
    return std::string(text);
  }
  std::string quoted;
  AppendJsonString(text, quoted);
  return quoted;
}

// Text that is the same for every request.
std::string Literal(std::string_view text) {
  return Scalar(EscapeText(text));
}

std::string ShareText(double share) {
  const std::string percent = fmt::format("{:.12g}%", share * 100.0);
  const Result<double> back = ParseShare(percent);
  return back.has_value() && *back == share ? percent : fmt::format("{}", share);
}

std::string RateText(Rate rate) {
  return fmt::format("{}/s", rate.per_second);
}

std::string_view Bool(bool value) {
  return value ? "true" : "false";
}

std::string SecretText(const SecretSource& source) {
  return fmt::format("{{{}: {}}}", source.kind == SecretSource::Kind::kEnv ? "env" : "file",
                     Literal(source.name));
}

std::string TimeoutText(const Timeouts& timeouts) {
  return fmt::format("{{connect: {}, first_byte: {}, whole: {}}}",
                     FormatDurationExact(timeouts.connect),
                     FormatDurationExact(timeouts.first_byte), FormatDurationExact(timeouts.whole));
}

class Shower {
 public:
  explicit Shower(const Scenario& scenario) : scenario_(scenario) {}

  std::string Show() {
    out_.Pair(0, "loadline", "1");
    if (!scenario_.label.empty()) {
      out_.Pair(0, "label", Literal(scenario_.label));
    }
    ShowTarget();
    ShowData();
    ShowOnStart();
    ShowTasks();
    ShowObjectives(0, "");
    ShowLoad();
    ShowFind();
    return out_.Take();
  }

 private:
  void ShowTarget() {
    const Target& target = scenario_.target;
    out_.Line(0, "target:");
    out_.Pair(1, "url", Literal(target.url));
    if (target.credentials.bearer.has_value()) {
      out_.Pair(1, "bearer", SecretText(*target.credentials.bearer));
    }
    if (target.credentials.basic.has_value()) {
      out_.Pair(1, "basic", SecretText(*target.credentials.basic));
    }
    ShowHeaders(1, target.headers, target.credentials.headers);
    out_.Line(1, "tls:");
    const TlsPolicy& tls = target.tls;
    if (!tls.ca_file.empty()) {
      out_.Pair(2, "ca_file", Literal(tls.ca_file));
    }
    if (!tls.client_certificate_file.empty()) {
      out_.Pair(2, "cert_file", Literal(tls.client_certificate_file));
      out_.Pair(2, "key_file", Literal(tls.client_key_file));
    }
    out_.Pair(2, "insecure", Bool(tls.insecure));
    ShowConnections(target.connections);
    out_.Pair(1, "redirects", std::to_string(target.retry.max_redirects));
    out_.Pair(1, "retries", std::to_string(target.retry.max_retries));
    out_.Pair(1, "backoff", FormatDurationExact(target.retry.backoff));
    out_.Pair(1, "timeout", TimeoutText(target.timeouts));
    if (!target.client.empty()) {
      out_.Pair(1, "client", Literal(target.client));
    }
  }

  void ShowConnections(const ConnectionPolicy& policy) {
    out_.Line(1, "connections:");
    out_.Pair(2, "keep_alive", Bool(policy.keep_alive));
    out_.Pair(2, "max", std::to_string(policy.max_connections));
    out_.Pair(2, "max_requests", std::to_string(policy.max_requests));
    out_.Pair(2, "max_age", FormatDurationExact(policy.max_age));
    out_.Pair(2, "resolve_every", FormatDurationExact(policy.resolve_every));
    if (!policy.resolve.empty()) {
      out_.Line(2, "resolve:");
      for (const std::string& entry : policy.resolve) {
        out_.Line(3, "- " + Literal(entry));
      }
    }
  }

  void ShowHeaders(int level, const std::vector<std::pair<std::string, Template>>& headers,
                   const std::vector<std::pair<std::string, SecretSource>>& secrets) {
    if (headers.empty() && secrets.empty()) {
      return;
    }
    out_.Line(level, "headers:");
    for (const auto& [name, source] : secrets) {
      out_.Pair(level + 1, Scalar(name), SecretText(source));
    }
    for (const auto& [name, value] : headers) {
      out_.Pair(level + 1, Scalar(name), Scalar(TemplateText(value, scenario_)));
    }
  }

  void ShowData() {
    constexpr std::string_view kOrders[] = {"cycle", "random", "shuffle", "once"};
    constexpr std::string_view kFormats[] = {"csv", "jsonl", "inline", "log"};
    if (scenario_.data.empty()) {
      return;
    }
    out_.Line(0, "data:");
    for (const DataSet& set : scenario_.data) {
      std::string more;
      more += set.sha256.empty() ? "" : fmt::format(", sha256: {}", Scalar(set.sha256));
      more += set.ca_file.empty() ? "" : fmt::format(", ca_file: {}", Literal(set.ca_file));
      out_.Pair(
          1, Scalar(set.name),
          fmt::format("{{{}: {}{}, order: {}}}", kFormats[static_cast<std::size_t>(set.format)],
                      Literal(set.file), more, kOrders[static_cast<std::size_t>(set.order)]));
    }
  }

  void ShowOnStart() {
    if (scenario_.on_start.empty()) {
      return;
    }
    out_.Line(0, "on_start:");
    for (const Task& task : scenario_.on_start) {
      out_.Line(1, "- name: " + Literal(task.name));
      ShowRequest(task);
      if (task.captures.empty()) {
        continue;
      }
      out_.Line(2, "capture:");
      for (const Capture& capture : task.captures) {
        out_.Pair(3, Scalar(capture.name),
                  capture.header.empty() ? Literal(capture.json_path)
                                         : fmt::format("{{header: {}}}", Literal(capture.header)));
      }
    }
  }

  void ShowTasks() {
    out_.Line(0, "tasks:");
    for (const Task& task : scenario_.tasks) {
      out_.Line(1, "- name: " + Literal(task.name));
      out_.Pair(2, "weight", fmt::format("{}", task.weight));
      ShowRequest(task);
      ShowObjectives(2, task.name);
    }
  }

  void ShowRequest(const Task& task) {
    out_.Pair(2, "method", Scalar(task.method));
    if (!task.path.parts.empty()) {
      out_.Pair(2, "path", Scalar(TemplateText(task.path, scenario_)));
    }
    ShowHeaders(2, task.headers, {});
    ShowBody(task);
    if (task.has_body && !task.content_type.empty()) {
      out_.Pair(2, "content_type", Literal(task.content_type));
    }
    if (!task.checks.empty()) {
      out_.Line(2, "check:");
      for (const Check& check : task.checks) {
        out_.Line(3, "- " + Literal(check.text));
      }
    }
    out_.Pair(2, "timeout", TimeoutText(task.timeouts));
  }

  void ShowBody(const Task& task) {
    constexpr std::string_view kShapes[] = {"", "mlflow", "kserve-v1", "kserve-v2", "tfserving"};
    if (task.shape != BodyShape::kPlain) {
      out_.Pair(2, "as", kShapes[static_cast<std::size_t>(task.shape)]);
    }
    if (task.shape_data >= 0) {
      out_.Pair(2, "rows", Scalar(scenario_.data[static_cast<std::size_t>(task.shape_data)].name));
      out_.Pair(2, "batch", std::to_string(task.shape_rows));
      ShowTensors(task);
    } else if (!task.body_file.empty()) {
      out_.Pair(2, "body", fmt::format("{{file: {}}}", Literal(task.body_file)));
    } else if (task.body_is_json) {
      out_.Pair(2, "json", JsonBodyText(task.body, scenario_));
    } else if (task.has_body) {
      out_.Pair(2, "body", Scalar(TemplateText(task.body, scenario_)));
    }
  }

  void ShowTensors(const Task& task) {
    if (!task.tensor.empty()) {
      out_.Pair(2, "tensor", Literal(task.tensor));
      out_.Pair(2, "types", task.datatypes[0]);
      return;
    }
    std::string types;
    const DataSet& set = scenario_.data[static_cast<std::size_t>(task.shape_data)];
    for (std::size_t column = 0; column < task.datatypes.size(); ++column) {
      types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", Scalar(set.columns[column]),
                           task.datatypes[column]);
    }
    if (!types.empty()) {
      out_.Pair(2, "types", fmt::format("{{{}}}", types));
    }
  }

  void ShowObjectives(int level, std::string_view task) {
    bool first = true;
    for (measure::Objective objective : scenario_.objectives) {
      if (objective.task != task) {
        continue;
      }
      objective.task.clear();
      if (std::exchange(first, false)) {
        out_.Line(level, "objectives:");
      }
      out_.Line(level + 1, "- " + Scalar(Format(objective)));
    }
  }

  void ShowOpen(const measure::OpenLoad& open) {
    if (scenario_.replay) {
      const ReplaySpec& replay = *scenario_.replay;
      const DataSet& set = scenario_.data[static_cast<std::size_t>(replay.data)];
      out_.Pair(1, "replay", Literal(set.name));
      out_.Pair(1, "time_column", Literal(replay.column));
      out_.Pair(1, "warp", fmt::format("{}", replay.warp));
      out_.Pair(1, "loop", Bool(replay.loop));
      return;
    }
    if (scenario_.load_given) {
      out_.Pair(1, "rate",
                open.profile != nullptr ? Scalar(open.profile->text()) : RateText(open.rate));
    }
    out_.Pair(1, "arrivals", open.arrivals == measure::Arrivals::kPoisson ? "poisson" : "constant");
  }

  void ShowLoad() {
    const measure::Load& load = scenario_.load;
    if (!scenario_.load_given) {
      // What the command makes of it is said there; only what stays is written.
      out_.Line(0, "# no load given: run makes a smoke test, one user for 10 s");
    }
    out_.Line(0, "load:");
    if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
      ShowOpen(*open);
    }
    if (const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape)) {
      if (scenario_.load_given) {
        out_.Pair(1, "users",
                  closed->profile != nullptr ? Scalar(closed->profile->text())
                                             : std::to_string(closed->users));
      }
      if (closed->profile == nullptr) {
        out_.Pair(1, "spawn", RateText(closed->spawn));
      }
      out_.Pair(1, "think", FormatDurationExact(closed->think));
      out_.Pair(1, "think_law",
                closed->law == measure::ThinkLaw::kExponential ? "exponential" : "constant");
    }
    out_.Pair(1, "warmup", FormatDurationExact(load.warmup));
    if (scenario_.load_given) {
      out_.Pair(1, "duration", FormatDurationExact(load.duration));
      out_.Pair(1, "requests", std::to_string(load.requests));
    }
    out_.Pair(1, "seed", std::to_string(load.seed));
  }

  void ShowFind() {
    const FindSpec& find = scenario_.find;
    const bool by_rate = find.by == measure::SearchAxis::kRate;
    out_.Line(0, "find:");
    const bool staircase = find.strategy == Strategy::kStaircase;
    out_.Pair(1, "strategy", staircase ? "staircase" : "bisect");
    out_.Pair(1, "by", by_rate ? "rate" : "users");
    out_.Pair(1, "max", by_rate ? RateText(Rate{find.max}) : fmt::format("{:.0f}", find.max));
    out_.Pair(1, "budget", FormatDurationExact(find.budget));
    out_.Pair(1, "confidence", ShareText(find.confidence));
    out_.Pair(1, "precision", ShareText(find.precision));
    out_.Pair(1, "covers", FormatDurationExact(find.covers));
    if (staircase) {
      out_.Pair(1, "start", std::to_string(find.start));
      out_.Pair(1, "step", std::to_string(find.step));
      out_.Pair(1, "repeat", std::to_string(find.repeat));
    }
  }

  const Scenario& scenario_;
  YamlLines out_;
};

}  // namespace

std::string Show(const Scenario& scenario) {
  return Shower(scenario).Show();
}

}  // namespace loadline::scenario
