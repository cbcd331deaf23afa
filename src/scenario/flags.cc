#include "scenario/flags.h"

#include <fmt/core.h>

#include <array>

#include "base/plain_text.h"

namespace loadline::scenario {
namespace {

constexpr std::array kFlags{
    Flag{"--users", "N", "load.users", "{}", false, "Load",
         "users who wait for each answer; or stages"},
    Flag{"--rate", "RATE", "load.rate", "{}", false, "Load",
         "requests per second, whatever the target does: 200/s; or stages"},
    Flag{"--replay", "FILE", "load.replay", "{}", false, "Load",
         "arrivals at recorded times: .csv, .jsonl or an access .log"},
    Flag{"--time-column", "NAME", "load.time_column", "{}", false, "Load",
         "the replay's column of times"},
    Flag{"--warp", "N", "load.warp", "{}", false, "Load", "replay so many times as fast"},
    Flag{"--loop", "", "load.loop", "true", false, "Load", "replay again and again"},
    Flag{"--arrivals", "LAW", "load.arrivals", "{}", false, "Load",
         "how a rate's arrivals are spread: poisson or constant"},
    Flag{"--duration", "TIME", "load.duration", "{}", false, "Load", "how long, after the warm-up"},
    Flag{"--requests", "N", "load.requests", "{}", false, "Load",
         "stop after so many, if before the duration's end"},
    Flag{"--warmup", "TIME", "load.warmup", "{}", false, "Load",
         "recorded, but not judged, at the beginning"},
    Flag{"--think", "TIME", "load.think", "{}", false, "Load",
         "mean pause of a user after an answer"},
    Flag{"--think-law", "LAW", "load.think_law", "{}", false, "Load",
         "how pauses are spread: exponential or constant"},
    Flag{"--spawn", "RATE", "load.spawn", "{}", false, "Load", "users started per second"},
    Flag{"--seed", "N", "load.seed", "{}", false, "Load", "replays arrivals, pauses and data"},

    Flag{"--method", "METHOD", "task.method", "{}", false, "Request", "default: POST with a body"},
    Flag{"-H", "'NAME: VALUE'", "target.headers", "{}", true, "Request",
         "a header field of every request"},
    Flag{"--body", "TEXT", "task.body", "{}", false, "Request",
         "the body; ${uuid}, ${counter} and others are filled in"},
    Flag{"--body-file", "FILE", "task.body.file", "{}", false, "Request",
         "the body, sent as it is"},
    Flag{"--content-type", "TYPE", "task.content_type", "{}", false, "Request",
         "default: application/json if it is JSON"},
    Flag{"--as", "SHAPE", "task.as", "{}", false, "Request",
         "plain, mlflow, kserve-v1, kserve-v2 or tfserving: bodies of --rows"},
    Flag{"--model", "NAME", "task.model", "{}", false, "Request",
         "model's name in the path of kserve and tfserving"},
    Flag{"--rows", "FILE", "task.rows", "{}", false, "Request",
         "rows of the body: .csv, .jsonl, or JSON objects"},
    Flag{"--batch", "N", "task.batch", "{}", false, "Request", "rows per request"},
    Flag{"--types", "TYPES", "task.types", "{}", false, "Request",
         "kserve-v2: datatypes of the rows: FP32, 'INT64,name=BYTES', or model"},
    Flag{"--tensor", "NAME", "task.tensor", "{}", false, "Request",
         "kserve-v2: all columns in one tensor so named"},
    Flag{"--check", "CHECK", "task.check[]", "{}", true, "Request",
         "what the reply must satisfy: '$.score >= 0'"},
    Flag{"--bearer-env", "NAME", "target.bearer.env", "{}", false, "Request",
         "bearer token from an environment variable"},
    Flag{"--bearer-file", "FILE", "target.bearer.file", "{}", false, "Request",
         "bearer token from a file"},
    Flag{"--basic-env", "NAME", "target.basic.env", "{}", false, "Request",
         "user:password from an environment variable"},
    Flag{"--basic-file", "FILE", "target.basic.file", "{}", false, "Request",
         "user:password from a file"},
    Flag{"--timeout", "TIME", "target.timeout.whole", "{}", false, "Request",
         "limit of a whole request, from its due time"},
    Flag{"--client", "NAME", "target.client", "{}", false, "Request",
         "our name, added to User-Agent"},

    Flag{"--max-connections", "N", "target.connections.max", "{}", false, "Connections",
         "open at once"},
    Flag{"--no-keep-alive", "", "target.connections.keep_alive", "false", false, "Connections",
         "a new connection per request"},
    Flag{"--resolve", "HOST:PORT:ADDR", "target.connections.resolve[]", "{}", true, "Connections",
         "an address instead of a lookup"},
    Flag{"--redirects", "N", "target.redirects", "{}", false, "Connections",
         "redirects to follow, to the same origin"},
    Flag{"--retries", "N", "target.retries", "{}", false, "Connections",
         "attempts after a connect error, reset or 503"},
    Flag{"--ca-file", "FILE", "target.tls.ca_file", "{}", false, "Connections",
         "trusted authorities (PEM)"},
    Flag{"--cert-file", "FILE", "target.tls.cert_file", "{}", false, "Connections",
         "our certificate (PEM)"},
    Flag{"--key-file", "FILE", "target.tls.key_file", "{}", false, "Connections",
         "our certificate's key (PEM)"},
    Flag{"--insecure", "", "target.tls.insecure", "true", false, "Connections",
         "do not verify the server; named in every result"},

    Flag{"--slo", "OBJECTIVE", "objectives[]", "{}", true, "Objectives",
         "what must hold: 'p95 < 200ms', 'errors < 0.1%'"},
    Flag{"--p50", "TIME", "objectives[]", "p50 < {}", false, "Objectives", "p50 below this"},
    Flag{"--p75", "TIME", "objectives[]", "p75 < {}", false, "Objectives", "p75 below this"},
    Flag{"--p90", "TIME", "objectives[]", "p90 < {}", false, "Objectives", "p90 below this"},
    Flag{"--p95", "TIME", "objectives[]", "p95 < {}", false, "Objectives", "p95 below this"},
    Flag{"--p99", "TIME", "objectives[]", "p99 < {}", false, "Objectives", "p99 below this"},
    Flag{"--errors", "PERCENT", "objectives[]", "errors < {}%", false, "Objectives",
         "fewer failures than this: 0.1 or 0.1%"},

    Flag{"--by", "AXIS", "find.by", "{}", false, "Search", "what find varies: rate or users"},
    Flag{"--strategy", "HOW", "find.strategy", "{}", false, "Search",
         "bisect, or staircase: users up until errors, down until none"},
    Flag{"--start", "N", "find.start", "{}", false, "Search", "staircase: users of the first step"},
    Flag{"--step", "N", "find.step", "{}", false, "Search", "staircase: users more each step"},
    Flag{"--repeat", "N", "find.repeat", "{}", false, "Search",
         "staircase: rounds that must agree"},
    Flag{"--max", "LEVEL", "find.max", "{}", false, "Search", "never more than this, by the axis"},
    Flag{"--max-rate", "RATE", "find.max", "{}", false, "Search", "never more than this"},
    Flag{"--max-users", "N", "find.max", "{}", false, "Search", "never more than this"},
    Flag{"--budget", "TIME", "find.budget", "{}", false, "Search",
         "time for the whole search or verification"},
    Flag{"--confidence", "SHARE", "find.confidence", "{}", false, "Search", "of the verdict: 95%"},
    Flag{"--precision", "SHARE", "find.precision", "{}", false, "Search",
         "wanted relative width of the bracket: 5%"},
    Flag{"--covers", "TIME", "find.covers", "{}", false, "Search",
         "slowest periodic activity to include"},

    Flag{"--label", "NAME", "label", "{}", false, "Scenario", "a name for the run"},
    Flag{"--set", "PATH=VALUE", "", "{}", true, "Scenario",
         "any key of the file: --set 'tasks[0].weight=2'"},
};

Error Wrong(const Flag& flag, std::string_view why) {
  return {ErrorCode::kInvalidArgument, fmt::format("{} {}", flag.name, why)};
}

Result<Setting> HeaderSetting(const Flag& flag, std::string_view argument) {
  const std::size_t colon = argument.find(':');
  const std::string_view name = Trimmed(argument.substr(0, colon));
  if (colon == std::string_view::npos || name.empty() ||
      name.find_first_of("\"[] ") != std::string_view::npos) {
    return Wrong(flag, "needs a name, a colon and a value: -H 'X-Id: 7'");
  }
  return Setting{.path = fmt::format("{}[\"{}\"]", flag.path, name),
                 .value = std::string(Trimmed(argument.substr(colon + 1))),
                 .flag = std::string(flag.name)};
}

}  // namespace

std::span<const Flag> Flags() {
  return kFlags;
}

Result<Setting> MakeSetting(const Flag& flag, std::string_view argument) {
  if (flag.name == "-H") {
    return HeaderSetting(flag, argument);
  }
  if (flag.path.empty()) {
    const std::size_t equals = argument.find('=');
    const std::string_view path = Trimmed(argument.substr(0, equals));
    if (equals == std::string_view::npos || path.empty()) {
      return Wrong(flag, "needs a path, = and a value: --set load.think=1s");
    }
    return Setting{.path = std::string(path),
                   .value = std::string(argument.substr(equals + 1)),
                   .flag = std::string(flag.name),
                   .yaml = true};
  }
  std::string value(flag.value);
  if (const std::size_t at = value.find("{}"); at != std::string::npos) {
    // `--errors 0.1` and `--errors 0.1%` are the same: the flag says that it takes a percentage.
    if (value.ends_with('%') && argument.ends_with('%')) {
      argument.remove_suffix(1);
    }
    value.replace(at, 2, argument);
  }
  return Setting{
      .path = std::string(flag.path), .value = std::move(value), .flag = std::string(flag.name)};
}

}  // namespace loadline::scenario
