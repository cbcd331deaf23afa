#include "base/clock.h"

#include <fmt/core.h>

#include <ctime>

namespace loadline {
namespace {

Duration Read(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return Duration(static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec);
}

}  // namespace

Instant Now() {
  return Instant(Read(CLOCK_MONOTONIC));
}

UtcTime UtcNow() {
  return UtcTime(Read(CLOCK_REALTIME));
}

void SleepUntil(Instant when) {
  const std::int64_t ns = when.time_since_epoch().count();
  const timespec t{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr);
}

Duration ThreadCpuTime() {
  return Read(CLOCK_THREAD_CPUTIME_ID);
}

Duration ProcessCpuTime() {
  return Read(CLOCK_PROCESS_CPUTIME_ID);
}

std::string FormatUtc(UtcTime t) {
  const std::int64_t ms =
      std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>((ms - ((ms % 1000) + 1000) % 1000) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ((ms % 1000) + 1000) % 1000);
}

std::string FormatDay(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace loadline
