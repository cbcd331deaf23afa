#include "cli/output_options.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "base/units_text.h"

namespace loadline::cli {
namespace {

std::string Quoted(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

std::string ReadFile(const Arguments& arguments, std::string_view flag,
                     std::vector<scenario::Fault>& faults) {
  std::string file = arguments.Value(flag);
  if (arguments.Has(flag) && (file.empty() || file == "-")) {
    faults.push_back({std::string(flag), "", Quoted(file), "a file"});
  }
  return file;
}

/// A duration of at least `least`.
Duration ReadTime(const Arguments& arguments, std::string_view flag, Duration least,
                  const char* expected, std::vector<scenario::Fault>& faults) {
  const std::string text = arguments.Value(flag);
  const Result<Duration> time = ParseDuration(text);
  if (!time || *time < least) {
    faults.push_back({std::string(flag), "", Quoted(text), expected});
    return least;
  }
  return *time;
}

void NeedsOther(const Arguments& arguments, std::string_view flag, std::string_view other,
                std::vector<scenario::Fault>& faults) {
  if (arguments.Has(flag) && !arguments.Has(other)) {
    faults.push_back({std::string(flag), "", "it alone", fmt::format("{} with it", other)});
  }
}

void ReadGithub(const Arguments& arguments, const Environment& environment, OutputOptions& options,
                std::vector<scenario::Fault>& faults) {
  const bool asked = arguments.Has("--github");
  const bool refused = arguments.Has("--no-github");
  if (asked && refused) {
    faults.push_back({"--github", "", "--no-github as well", "one of them"});
  }
  options.summary_file = environment("GITHUB_STEP_SUMMARY");
  options.annotations = asked || (environment("GITHUB_ACTIONS") == "true" && !refused);
  options.summary = asked || (!options.summary_file.empty() && !refused);
}

void ReadMetrics(const Arguments& arguments, OutputOptions& options,
                 std::vector<scenario::Fault>& faults) {
  if (arguments.Has("--metrics-listen")) {
    const std::string text = arguments.Value("--metrics-listen");
    const Result<telemetry::ListenAddress> listen = telemetry::ParseListenAddress(text);
    if (listen) {
      options.metrics_listen = *listen;
    } else {
      faults.push_back({"--metrics-listen", "", Quoted(text),
                        "PORT or ADDR:PORT, such as 9464, 0.0.0.0:9464 or [::1]:9464"});
    }
  }
  if (arguments.Has("--metrics-linger")) {
    options.metrics_linger =
        ReadTime(arguments, "--metrics-linger", Duration::zero(), "a time, such as 20s", faults);
  }
  NeedsOther(arguments, "--metrics-linger", "--metrics-listen", faults);
}

void ReadOtlp(const Arguments& arguments, const Environment& environment, OutputOptions& options,
              std::vector<scenario::Fault>& faults) {
  NeedsOther(arguments, "--otlp-header-env", "--otlp", faults);
  NeedsOther(arguments, "--otlp-interval", "--otlp", faults);
  if (!arguments.Has("--otlp")) {
    return;
  }
  Result<telemetry::OtlpOptions> otlp = telemetry::ReadOtlpOptions(
      arguments.Value("--otlp"), arguments.Value("--otlp-header-env"), environment);
  if (!otlp) {
    faults.push_back({"--otlp", "", "", otlp.error().message});
    return;
  }
  options.otlp = *std::move(otlp);
  if (arguments.Has("--otlp-interval")) {
    options.otlp->interval =
        ReadTime(arguments, "--otlp-interval", 1s, "a time of at least 1s, such as 10s", faults);
  }
}

}  // namespace

OutputOptions ReadOutputOptions(const Arguments& arguments, const Environment& environment,
                                std::vector<scenario::Fault>& faults) {
  OutputOptions options;
  options.junit = ReadFile(arguments, "--junit", faults);
  options.prometheus = ReadFile(arguments, "--prometheus", faults);
  if (arguments.Has("--junit-undecided")) {
    const std::string text = arguments.Value("--junit-undecided");
    if (text != "skipped" && text != "failure") {
      faults.push_back({"--junit-undecided", "", Quoted(text), "skipped or failure"});
    }
    options.undecided =
        text == "failure" ? report::Undecided::kFailure : report::Undecided::kSkipped;
  }
  NeedsOther(arguments, "--junit-undecided", "--junit", faults);
  ReadGithub(arguments, environment, options, faults);
  ReadMetrics(arguments, options, faults);
  ReadOtlp(arguments, environment, options, faults);
  return options;
}

}  // namespace loadline::cli
