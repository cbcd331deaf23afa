#include "cli/load_flags.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace loadline::cli {
namespace {

constexpr std::array kFindOnly = {
    Flag{"--vary", "", "FIELD=V1,V2,…",
         "a search for each value of a field of the JSON body: milli=20,50"},
    Flag{"--pods", "", "N", "with --vary: pods of the service, for the calculated rate"},
    Flag{"--concurrency", "", "N", "with --vary: requests that each serves at a time (default 1)"},
    Flag{"--continue", "", "RUN", "go on from the search of an earlier run: @last"},
};

constexpr std::array kRunOnly = {
    Flag{"--overload", "", "FACTOR",
         "so many times the load line of an earlier find, and back: 1.5x"},
    Flag{"--for", "", "TIME", "with --overload: how long (default 30s)"},
    Flag{"--after", "", "RUN", "with --overload: the find (default @last)"},
};

constexpr std::array kAbOnly = {
    Flag{"--blocks", "", "N", "blocks on each target (default 10, at least 4)"},
    Flag{"--block", "", "TIME", "length of each, its --warmup (default a fifth) included: 10s"},
    Flag{"--tolerance", "", "SHARE", "relative change that does not matter (default 5%)"},
};

constexpr std::array kGenerator = {
    Flag{"--threads", "", "N", "engine threads (default: cores - 1; against loopback 1)"},
    Flag{"--pacing", "", "HOW", "hybrid, busy or timer (default: what suits the machine)"},
    Flag{"--no-preflight", "", "", "do not send one request first"},
    Flag{"--yes", "-y", "", "the address may be outside loopback and private ranges"},
};

constexpr std::array kResult = {
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
    Flag{"--records", "", "WHICH", "all, errors, sample or none: rows to keep (default all)"},
    Flag{"--records-limit", "", "BYTES", "beyond it errors and 1 % (default 1GB)"},
    Flag{"--json", "", "FILE", "the verdict as JSON; - is standard output"},
    Flag{"--quiet", "-q", "", "print the verdict alone"},
};

constexpr Flag kSimulatedRecords{"--records", "", "WHICH",
                                 "all, errors, sample or none: rows to keep (default none)"};

constexpr std::array kPipelines = {
    Flag{"--junit", "", "FILE", "the verdict as JUnit XML"},
    Flag{"--junit-undecided", "", "HOW",
         "what is not decided: skipped or failure (default skipped)"},
    Flag{"--github", "", "", "job summary and annotations (default: where GitHub Actions runs it)"},
    Flag{"--no-github", "", "", "neither of them"},
    Flag{"--prometheus", "", "FILE", "final figures for the textfile collector"},
    Flag{"--metrics-listen", "", "ADDR", "serve /metrics while running: 9464, 0.0.0.0:9464"},
    Flag{"--metrics-linger", "", "TIME", "and wait so long for a last scrape (default 0)"},
    Flag{"--otlp", "", "URL", "send metrics by OTLP/HTTP; env: to OTEL_EXPORTER_OTLP_ENDPOINT"},
    Flag{"--otlp-header-env", "", "VAR", "variable with its headers: Authorization=Bearer%20…"},
    Flag{"--otlp-interval", "", "TIME", "so often (default 10s)"},
};

constexpr Flag kSim{"--sim", "", "FILE", "a simulated service instead of a target: service.yaml"};
constexpr Flag kNoBrake{"--no-brake", "", "", "go on at > 50 % errors or without any reply"};

// The headings in the order of the help; others follow.
constexpr std::array<std::string_view, 5> kOrder = {"Load", "Search", "Objectives", "Request",
                                                    "Connections"};

/// As the scenario has it, with the short names that curl has made a habit.
Flag FromScenario(const scenario::Flag& flag) {
  Flag option{flag.name, "", flag.argument, flag.help, flag.repeatable, &flag};
  if (flag.name == "-H") {
    option.name = "--header";
    option.brief = "-H";
  } else if (flag.name == "--method") {
    option.brief = "-X";
  }
  return option;
}

/// What of the scenario's options a subcommand does not have, because it decides that itself.
bool IsLeftOut(CommandId command, std::string_view name) {
  using Names = std::vector<std::string_view>;
  static const Names kNotInFind = {"--users", "--rate",        "--duration", "--replay",
                                   "--warp",  "--time-column", "--loop"};
  static const Names kNotInVerify = {"--duration", "--requests", "--by",    "--precision",
                                     "--max",      "--strategy", "--start", "--step",
                                     "--repeat",   "--replay",   "--warp",  "--time-column",
                                     "--loop",     "--max-users"};
  static const Names kNotInRun = {"--by",     "--budget",   "--precision", "--covers",
                                  "--max",    "--strategy", "--start",     "--step",
                                  "--repeat", "--max-users"};
  static const Names kNotInAb = {"--duration", "--requests", "--replay", "--warp", "--time-column",
                                 "--loop",     "--slo",      "--p50",    "--p75",  "--p90",
                                 "--p95",      "--p99",      "--errors"};
  const auto among = [name](const Names& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  switch (command) {
    case CommandId::kFind:
      return among(kNotInFind);
    case CommandId::kVerify:
      return among(kNotInVerify);
    case CommandId::kRun:
    case CommandId::kSimulate:
      return among(kNotInRun);
    case CommandId::kAb:
      return among(kNotInRun) || among(kNotInAb);
    default:
      return false;
  }
}

/// What makes sense of a comparison, too: metrics are those of one run.
bool IsOfComparisons(const Flag& flag) {
  return flag.name.starts_with("--junit") || flag.name.ends_with("github");
}

void Append(std::vector<FlagGroup>& groups, std::string_view title, const Flag& flag) {
  for (FlagGroup& group : groups) {
    if (group.title == title) {
      group.flags.push_back(flag);
      return;
    }
  }
  groups.push_back({title, {flag}});
}

}  // namespace

std::vector<FlagGroup> LoadFlagGroups(CommandId command) {
  std::vector<FlagGroup> groups;
  groups.reserve(kOrder.size());
  for (const std::string_view title : kOrder) {
    groups.push_back({title, {}});
  }
  for (const scenario::Flag& flag : scenario::Flags()) {
    if (!IsLeftOut(command, flag.name)) {
      Append(groups, flag.group, FromScenario(flag));
    }
  }
  if (command == CommandId::kFind) {
    for (const Flag& flag : kFindOnly) {
      Append(groups, "Search", flag);
    }
  }
  if (command == CommandId::kRun) {
    for (const Flag& flag : kRunOnly) {
      Append(groups, "Load", flag);
    }
  }
  if (command == CommandId::kAb) {
    for (const Flag& flag : kAbOnly) {
      Append(groups, "Trial", flag);
    }
  }
  if (command == CommandId::kRun || command == CommandId::kFind || command == CommandId::kVerify ||
      command == CommandId::kAb) {
    for (const Flag& flag : kGenerator) {
      Append(groups, "Generator", flag);
    }
    if (command != CommandId::kAb) {
      Append(groups, "Generator", kSim);
    }
  }
  if (command == CommandId::kRun || command == CommandId::kFind || command == CommandId::kVerify ||
      command == CommandId::kAb || command == CommandId::kSimulate) {
    for (const Flag& flag : kResult) {
      const bool rows = std::string_view(flag.name) == kSimulatedRecords.name;
      Append(groups, "Result", rows && command == CommandId::kSimulate ? kSimulatedRecords : flag);
    }
    for (const Flag& flag : kPipelines) {
      if (command != CommandId::kAb || IsOfComparisons(flag)) {
        Append(groups, "Pipelines", flag);
      }
    }
  }
  if (command == CommandId::kRun || command == CommandId::kAb) {
    Append(groups, "Generator", kNoBrake);
  } else if (command == CommandId::kSimulate) {
    Append(groups, "Load", kNoBrake);
  }
  std::erase_if(groups, [](const FlagGroup& group) { return group.flags.empty(); });
  return groups;
}

}  // namespace loadline::cli
