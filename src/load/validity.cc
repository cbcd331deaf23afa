#include "load/validity.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "base/units_text.h"
#include "stats/distributions.h"

namespace loadline::load {
namespace {

using measure::Refusal;

constexpr double kCpuLimit = 0.9;          // Share of a core, spinning not counted.
constexpr double kDispatchedShare = 0.99;  // Of what was scheduled.
constexpr double kStalledShare = 0.01;     // Of the probe, in which no loop may stand still.
constexpr double kTellingSeconds = 0.5;    // A shorter burst of requests is no limit.
constexpr double kThrottledShare = 0.001;  // Of the probe: below, a period's rounding.

std::string MoreThreads(const Health& health) {
  return fmt::format("use --threads {}, a lower load, or a machine with idle CPUs",
                     health.threads + 1);
}

void JudgeLateness(const Health& health, std::vector<Refusal>& refusals) {
  const Duration budget = LatenessBudget(health.tightest_objective);
  // A short probe is not refused for what a healthy generator does once in a hundred times.
  const bool late = health.surely_late > budget;
  if (health.open && late) {
    refusals.push_back(
        {fmt::format("requests were taken up late: p99 {}, allowed {}",
                     FormatDuration(health.generator.lateness_p99), FormatDuration(budget)),
         MoreThreads(health)});
  }
  if (!health.open && health.thinking && late) {
    const Duration overrun = FromSeconds(health.generator.think_overrun_p99_s);
    refusals.push_back({fmt::format("users went on later than their think time: p99 {}, allowed {}",
                                    FormatDuration(overrun), FormatDuration(budget)),
                        MoreThreads(health)});
  }
  if (Seconds(health.stalled) > kStalledShare * health.seconds) {
    refusals.push_back(
        {fmt::format("the generator stood still for {} of {}", FormatDuration(health.stalled),
                     FormatDuration(FromSeconds(health.seconds))),
         "leave the generator its CPU: nothing else on its core, no SIGSTOP, no suspended VM"});
  }
}

void JudgeCpu(const Health& health, std::vector<Refusal>& refusals) {
  if (health.open && health.generator.cpu_busiest >= kCpuLimit) {
    refusals.push_back(
        {fmt::format("the busiest engine thread used {} of a core, allowed {}",
                     FormatPercent(health.generator.cpu_busiest), FormatPercent(kCpuLimit)),
         MoreThreads(health)});
  }
  const double throttled = Seconds(health.generator.throttled);
  if (throttled > kThrottledShare * health.seconds) {
    refusals.push_back({fmt::format("our own cgroup was throttled for {} of {}",
                                    FormatDuration(health.generator.throttled),
                                    FormatDuration(FromSeconds(health.seconds))),
                        "raise the CPU limit of the generator's container, or lower the load"});
  }
}

void JudgeBooks(const Health& health, std::vector<Refusal>& refusals) {
  const measure::Accounts& books = health.accounts;
  const double scheduled = static_cast<double>(books.scheduled);
  // An interrupted probe leaves what was due in its last turn: that is no fault.
  if (health.open && !health.interrupted &&
      static_cast<double>(books.dispatched) < kDispatchedShare * scheduled) {
    refusals.push_back(
        {fmt::format("{} of {} requests that became due were never taken up",
                     FormatCount(books.never_dispatched), FormatCount(books.scheduled)),
         MoreThreads(health)});
  }
  if (!books.Balanced()) {
    refusals.push_back(
        {fmt::format("the books do not balance: scheduled {} = dispatched {} + never {}; "
                     "attempts {} = stored {} + skipped {} + dropped {}",
                     books.scheduled, books.dispatched, books.never_dispatched, books.attempts,
                     books.stored, books.skipped, books.dropped),
         "this is a bug in loadline: please report it with the command line"});
  }
  if (health.generator.dropped_events > 0) {
    refusals.push_back({fmt::format("{} events were lost on the way to the test that judges",
                                    FormatCount(health.generator.dropped_events)),
                        "lower the load, or give the coordinating thread a CPU"});
  }
}

void JudgeResources(const Health& health, std::vector<Refusal>& refusals) {
  if (health.no_descriptors > 0) {
    refusals.push_back({fmt::format("{} requests found no free file descriptor",
                                    FormatCount(health.no_descriptors)),
                        "raise `ulimit -n`, or set --max-connections"});
  }
  if (health.no_ports > 0) {
    refusals.push_back(
        {fmt::format("{} requests found no free local port", FormatCount(health.no_ports)),
         "keep connections alive, set --max-connections, or widen "
         "net.ipv4.ip_local_port_range"});
  }
  if (health.not_rendered > 0) {
    refusals.push_back({fmt::format("{} requests could not be made from their data",
                                    FormatCount(health.not_rendered)),
                        "see the error's sample: a value would break the request's head"});
  }
}

}  // namespace

double SurelyBeyond(std::int64_t requests) {
  constexpr double kAllowed = 0.01;
  constexpr double kChance = 0.01;
  auto beyond = static_cast<std::int64_t>(kAllowed * static_cast<double>(requests)) + 1;
  while (beyond < requests && 1.0 - stats::BinomialCdf(beyond - 1, requests, kAllowed) > kChance) {
    ++beyond;
  }
  // In the middle between the ranks, so that rounding cannot take the neighbour.
  const double below = static_cast<double>(requests - beyond) + 0.5;
  return requests > 0 ? std::clamp(below / static_cast<double>(requests), 0.0, 1.0) : 1.0;
}

Duration LatenessBudget(Duration tightest_objective) {
  return std::max<Duration>(1ms, tightest_objective / 50);
}

std::vector<Refusal> Judge(const Health& health) {
  std::vector<Refusal> refusals;
  JudgeLateness(health, refusals);
  JudgeCpu(health, refusals);
  JudgeBooks(health, refusals);
  JudgeResources(health, refusals);
  return refusals;
}

bool IsGeneratorLimited(const Health& health) {
  return !health.open && !health.thinking && health.generator.cpu_busiest >= kCpuLimit &&
         health.seconds >= kTellingSeconds;
}

}  // namespace loadline::load
