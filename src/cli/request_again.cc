#include "cli/request_again.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/units_text.h"
#include "convert/curl_command.h"
#include "http/url.h"
#include "load/plan.h"
#include "load/request_builder.h"
#include "scenario/render.h"

namespace loadline::cli {
namespace {

/// `$SCORE_KEY`, or `$(cat key.txt)`.
std::string ShellSource(const scenario::SecretSource& source) {
  return source.kind == scenario::SecretSource::Kind::kEnv
             ? "$" + source.name
             : fmt::format("$(cat {})", convert::ShellQuoted(source.name));
}

void AddCredentials(const scenario::Credentials& credentials, const scenario::Task& task,
                    convert::CurlRequest& request) {
  const auto overridden = [&](std::string_view name) {
    return std::any_of(task.headers.begin(), task.headers.end(), [&](const auto& header) {
      return convert::Lower(header.first) == convert::Lower(name);
    });
  };
  if (credentials.bearer && !overridden("Authorization")) {
    request.secret_headers.push_back(
        {"Authorization", fmt::format("Bearer {}", ShellSource(*credentials.bearer))});
  }
  if (credentials.basic && !overridden("Authorization")) {
    request.secret_user = ShellSource(*credentials.basic);
  }
  for (const auto& [name, source] : credentials.headers) {
    if (!overridden(name)) {
      request.secret_headers.push_back({name, ShellSource(source)});
    }
  }
}

void AddTransport(const scenario::Target& target, const scenario::Task& task,
                  convert::CurlRequest& request) {
  convert::Transport& transport = request.transport;
  transport.insecure = target.tls.insecure;
  transport.ca_file = target.tls.ca_file;
  transport.cert_file = target.tls.client_certificate_file;
  transport.key_file = target.tls.client_key_file;
  transport.resolve = target.connections.resolve;
  if (task.timeouts.whole > Duration::zero()) {
    transport.timeout = FormatDurationExact(task.timeouts.whole);
  }
}

}  // namespace

Result<std::string> CurlOf(const scenario::Scenario& scenario, std::size_t task_index,
                           std::uint64_t request_number, std::uint64_t seed) {
  if (task_index >= scenario.tasks.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the attempt belongs to no task of the run's scenario"};
  }
  const scenario::Task& task = scenario.tasks[task_index];
  const scenario::Secrets none;
  scenario::Renderer renderer(scenario, none, load::CodecFor(scenario::BodyShape::kMlflow), seed);
  // Captured values are gone with the run: their names stand for them.
  scenario::Captured captured;
  for (const std::string& name : scenario.captured) {
    captured.push_back("CAPTURED-" + name);
  }
  scenario::RenderedRequest rendered;
  if (!renderer.Render(task, request_number, captured, rendered)) {
    return Error{ErrorCode::kInvalidArgument, "the data has fewer rows than when the run was made"};
  }
  http::Url url = TRY(http::ParseUrl(scenario.target.url));
  std::string joined;
  load::JoinTarget(url.target, rendered.path, joined);
  url.target = std::move(joined);
  convert::CurlRequest request;
  request.method = task.method;
  request.url = url.Text();
  request.has_body = task.has_body;
  request.body = rendered.body;
  for (const scenario::RenderedRequest::Header& header : rendered.headers) {
    request.headers.push_back({header.name, header.value});
  }
  AddCredentials(scenario.target.credentials, task, request);
  AddTransport(scenario.target, task, request);
  return convert::CurlCommand(request);
}

void AddCurls(const scenario::Scenario& scenario, report::RunReport& report) {
  std::size_t made = 0;
  for (report::StepReport& step : report.steps) {
    const bool preflight = step.purpose == "preflight";
    for (measure::ErrorTally& tally : step.measurement.errors) {
      if (!tally.request || made == kMostCurls) {
        continue;
      }
      Result<std::string> curl = CurlOf(scenario, tally.task, *tally.request,
                                        preflight ? report.seed : step.measurement.load.seed);
      if (curl && curl->size() <= kLongestCurl) {
        tally.curl = *std::move(curl);
        ++made;
      }
    }
  }
}

}  // namespace loadline::cli
