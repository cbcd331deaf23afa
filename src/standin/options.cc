#include "standin/options.h"

#include <fmt/core.h>

#include <charconv>

#include "base/units_text.h"
#include "sim/balancer.h"
#include "sim/latency_law.h"

namespace loadline::standin {
namespace {

Error Bad(std::string_view flag, std::string message) {
  return Error{ErrorCode::kInvalidArgument, fmt::format("{}: {}", flag, message)};
}

/// A whole number in [low, high], digits only.
template <typename T>
Status ReadWhole(std::string_view flag, std::string_view text, T low, T high, T& out) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
    return Bad(flag,
               fmt::format("`{}`: a whole number from {} to {} would be right", text, low, high));
  }
  out = value;
  return {};
}

Status ReadDuration(std::string_view flag, std::string_view text, Duration& out) {
  const Result<Duration> parsed = ParseDuration(text);
  if (!parsed) {
    return Bad(flag, parsed.error().message);
  }
  out = *parsed;
  return {};
}

Status ReadQueue(std::string_view flag, std::string_view text, int& out) {
  if (text == "unlimited") {
    out = sim::kUnlimitedQueue;
    return {};
  }
  if (ReadWhole(flag, text, 0, 100'000'000, out).has_value()) {
    return {};
  }
  return Bad(flag, fmt::format("`{}`: a whole number from 0 to 100,000,000 or `unlimited` would be "
                               "right",
                               text));
}

Status ReadLatency(std::string_view flag, std::string_view text, sim::LatencyLaw& out) {
  const Result<sim::LatencyLaw> law = sim::ParseLatencyLaw(text);
  if (!law) {
    return Bad(flag, law.error().message);
  }
  out = *law;
  return {};
}

Status ReadBalance(std::string_view flag, std::string_view text, sim::Balance& out) {
  const Result<sim::Balance> balance = sim::ParseBalance(text);
  if (!balance) {
    return Bad(flag, balance.error().message);
  }
  out = *balance;
  return {};
}

Status ReadShare(std::string_view flag, std::string_view text, double& out) {
  const Result<double> share = ParseShare(text);
  if (!share) {
    return Bad(
        flag, fmt::format("`{}`: a share from 0 to 1 such as `0.01` or `1%` would be right", text));
  }
  out = *share;
  return {};
}

Status ReadSwitch(std::string_view flag, std::string_view text, bool& out) {
  if (!text.empty() && text != "true" && text != "false") {
    return Bad(flag, fmt::format("`{}`: it takes no value", text));
  }
  out = text != "false";
  return {};
}

Status ReadText(std::string_view flag, std::string_view text, std::string& out) {
  if (text.empty()) {
    return Bad(flag, "it needs a value");
  }
  out = std::string(text);
  return {};
}

}  // namespace

sim::ServiceOptions StandinOptions::DefaultService() {
  sim::ServiceOptions service;
  service.pods = 4;
  service.concurrency = 1;
  service.queue = 10;
  service.latency = *sim::LatencyLaw::Lognormal(50ms, 0.5);
  service.overhead = 2ms;
  service.balance = sim::Balance::kLeast;
  return service;
}

Status SetOption(StandinOptions& options, std::string_view flag, std::string_view value) {
  sim::ServiceOptions& service = options.service;
  if (flag == "--pods") {
    return ReadWhole(flag, value, 1, 10'000, service.pods);
  }
  if (flag == "--concurrency") {
    return ReadWhole(flag, value, 1, 100'000, service.concurrency);
  }
  if (flag == "--queue") {
    return ReadQueue(flag, value, service.queue);
  }
  if (flag == "--latency") {
    return ReadLatency(flag, value, service.latency);
  }
  if (flag == "--overhead") {
    return ReadDuration(flag, value, service.overhead);
  }
  if (flag == "--balance") {
    return ReadBalance(flag, value, service.balance);
  }
  if (flag == "--error-rate") {
    return ReadShare(flag, value, service.error_rate);
  }
  if (flag == "--cold-start") {
    return ReadDuration(flag, value, service.cold_start);
  }
  if (flag == "--cpu") {
    return ReadSwitch(flag, value, options.cpu);
  }
  if (flag == "--seed") {
    return ReadWhole<std::uint64_t>(flag, value, 0, UINT64_MAX, options.seed);
  }
  if (flag == "--host") {
    return ReadText(flag, value, options.host);
  }
  if (flag == "--port") {
    return ReadWhole<std::uint16_t>(flag, value, 0, UINT16_MAX, options.port);
  }
  if (flag == "--cert") {
    return ReadText(flag, value, options.certificate_file);
  }
  if (flag == "--key") {
    return ReadText(flag, value, options.key_file);
  }
  return Error{ErrorCode::kNotFound, fmt::format("{}: the stand-in has no such option", flag)};
}

Status ValidateOptions(const StandinOptions& options) {
  if (const Status service = sim::ValidateService(options.service); !service) {
    return service.error();
  }
  const bool own = options.certificate_file == kSelfSigned;
  if (own ? !options.key_file.empty()
          : options.certificate_file.empty() != options.key_file.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "--cert and --key: both files are needed, or `--cert self-signed` alone"};
  }
  const std::int64_t slots =
      std::int64_t{options.service.pods} * std::int64_t{options.service.concurrency};
  if (options.cpu && slots > StandinOptions::kMostThreads) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("--cpu: {} slots (pods times concurrency) need as many threads; at "
                             "most {} would be right",
                             slots, StandinOptions::kMostThreads)};
  }
  if (options.cpu && options.service.discipline == sim::Discipline::kSharing) {
    return Error{ErrorCode::kInvalidArgument, "--cpu: not with processor sharing"};
  }
  return {};
}

std::string Describe(const StandinOptions& options) {
  const sim::ServiceOptions& service = options.service;
  const std::string queue = service.queue == sim::kUnlimitedQueue
                                ? "unlimited queue"
                                : fmt::format("queue {}", FormatCount(service.queue));
  std::string text = fmt::format("{} {}, concurrency {}, {}, {}, overhead {}, {}",
                                 FormatCount(service.pods), service.pods == 1 ? "pod" : "pods",
                                 FormatCount(service.concurrency), queue, service.latency.Text(),
                                 FormatDuration(service.overhead), sim::Name(service.balance));
  if (service.error_rate > 0.0) {
    text += fmt::format(", {} errors", FormatPercent(service.error_rate));
  }
  if (options.cpu) {
    text += ", burning CPU";
  }
  return text;
}

}  // namespace loadline::standin
