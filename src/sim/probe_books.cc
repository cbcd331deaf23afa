#include "sim/probe_books.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/units_text.h"

namespace loadline::sim {
namespace {

using measure::ErrorKind;
using measure::Event;
using measure::EventKind;

/// What a generator at its limit would be found to use of its busiest core.
constexpr double kCpuAtLimit = 1.0;
/// Above it a closed loop without think time measures the generator (DESIGN, "valid").
constexpr double kCpuAllowed = 0.9;
constexpr double kDispatchedAllowed = 0.99;

std::string ErrorName(Ending ending) {
  if (ending.kind == ErrorKind::kStatus) {
    return fmt::format("{} {}", measure::Name(ending.kind), ending.status);
  }
  return std::string(measure::Name(ending.kind));
}

}  // namespace

ProbeBooks::ProbeBooks(const SimOptions& options, const measure::Load& load, const RowOrder& rows,
                       measure::Observer& observer, Duration slowest)
    : options_(options),
      load_(load),
      rows_(rows),
      observer_(observer),
      wants_events_(observer.WantsEvents()),
      slowest_(slowest),
      limited_(options.generator_limit.per_second > 0.0) {
  second_.tasks.resize(options.tasks.size());
  measurement_.tasks.resize(options.tasks.size());
  for (std::size_t i = 0; i < options.tasks.size(); ++i) {
    measurement_.tasks[i].name = options.tasks[i].name;
  }
  measurement_.load = load;
  ResetSecond();
}

void ProbeBooks::Arrival(Duration at, std::uint32_t request, std::uint16_t task) {
  ++progress_.scheduled;
  ++progress_.in_flight;
  ++second_.scheduled;
  judged_arrivals_ += at >= load_.warmup ? 1 : 0;
  if (!wants_events_) {
    return;
  }
  events_.push_back(Event{.at = at, .request = request, .task = task});
  // At equal times arrivals come first, though the pods see the departure first.
  for (std::size_t i = events_.size() - 1;
       i > 0 && events_[i - 1].at == at && events_[i - 1].kind == EventKind::kDeparture; --i) {
    std::swap(events_[i - 1], events_[i]);
  }
}

void ProbeBooks::Dispatch(Duration at, const Outstanding& request) {
  ++progress_.dispatched;
  ++second_.dispatched;
  if (limited_) {
    const Duration late = at - request.scheduled;
    second_lateness_.Record(late);
    lateness_.Record(late);
  }
}

void ProbeBooks::Departure(Duration at, std::uint32_t number, const Outstanding& request,
                           Ending ending) {
  const bool failed = ending.kind != ErrorKind::kNone;
  const bool rejected = ending.status == 503;
  const bool judged = request.scheduled >= load_.warmup;
  const Duration response = at - request.scheduled;
  const Duration wire = at - request.dispatched;
  ++progress_.completed;
  --progress_.in_flight;
  if (ending.status != 0) {
    ++answered_;
    slowest_ = std::max(slowest_, response);
  }
  ++second_.completed;
  measure::TaskSecond& second = second_.tasks[request.task];
  measure::TaskMeasurement& task = measurement_.tasks[request.task];
  const bool in_time = at >= load_.warmup && issuing_;
  judged_completions_ += in_time ? 1 : 0;
  std::size_t tally = 0;
  if (failed && (judged || rows_.sink != nullptr)) {
    tally = TallyOf(at, ending);
  }
  if (failed) {
    ++progress_.failed;
    progress_.rejected += rejected ? 1 : 0;
    ++second_.failed;
    second_.rejected += rejected ? 1 : 0;
    ++second.failed;
    ++second.failures.at(static_cast<std::size_t>(ending.kind));
    if (judged) {
      ++task.failed;
      measurement_.rejected += rejected ? 1 : 0;
      ++measurement_.errors[tally].count;
      measurement_.errors[tally].last = at;
    }
  } else {
    ++second.succeeded;
    // All have the same layout, and the same value unless the generator was late.
    const std::uint32_t response_index = second.response.IndexOf(response);
    const std::uint32_t wire_index = wire == response ? response_index : second.wire.IndexOf(wire);
    second.response.RecordAtIndex(response_index);
    second.wire.RecordAtIndex(wire_index);
    judged_good_ += in_time && response <= options_.goodput_within ? 1 : 0;
    if (judged) {
      ++task.succeeded;
      task.response.RecordAtIndex(response_index);
      task.wire.RecordAtIndex(wire_index);
    }
  }
  if (request.sent) {
    measurement_.accounts.cut += ending.kind == ErrorKind::kCut ? 1 : 0;
    if (rows_.sink != nullptr) {
      WriteRow(at, number, request, ending, tally);
    }
  }
  if (wants_events_) {
    events_.push_back(Event{.at = at,
                            .request = number,
                            .task = request.task,
                            .kind = EventKind::kDeparture,
                            .error = ending.kind});
  }
}

void ProbeBooks::Add(const Tally& tally) {
  progress_.scheduled += tally.arrivals;
  progress_.dispatched += tally.arrivals;
  progress_.completed += tally.completed;
  progress_.in_flight += tally.arrivals - tally.completed;
  second_.scheduled += tally.arrivals;
  second_.dispatched += tally.arrivals;
  second_.completed += tally.completed;
  answered_ += tally.completed;
  slowest_ = std::max(slowest_, tally.slowest);
  judged_arrivals_ += tally.judged_arrivals;
  judged_completions_ += tally.in_time;
  judged_good_ += tally.good;
}

void ProbeBooks::AddResponses(const stats::Histogram& judged, const stats::Histogram& unjudged) {
  measure::TaskSecond& second = second_.tasks.front();
  measure::TaskMeasurement& task = measurement_.tasks.front();
  second.succeeded += judged.count() + unjudged.count();
  task.succeeded += judged.count();
  for (stats::Histogram* all : {&second.response, &second.wire}) {
    all->Add(judged);
    all->Add(unjudged);
  }
  task.response.Add(judged);
  task.wire.Add(judged);
}

void ProbeBooks::AddResponse(std::uint32_t bucket, bool judged) {
  measure::TaskSecond& second = second_.tasks.front();
  ++second.succeeded;
  second.response.RecordAtIndex(bucket);
  second.wire.RecordAtIndex(bucket);
  if (judged) {
    measure::TaskMeasurement& task = measurement_.tasks.front();
    ++task.succeeded;
    task.response.RecordAtIndex(bucket);
    task.wire.RecordAtIndex(bucket);
  }
}

std::size_t ProbeBooks::TallyOf(Duration at, Ending ending) {
  std::size_t i = 0;
  while (i < error_status_.size() &&
         (measurement_.errors[i].kind != ending.kind || error_status_[i] != ending.status)) {
    ++i;
  }
  if (i == error_status_.size()) {
    error_status_.push_back(ending.status);
    measure::ErrorTally tally;
    tally.kind = ending.kind;
    tally.name = ErrorName(ending);
    tally.first = at;
    tally.sample = ending.status != 0 ? fmt::format("HTTP/1.1 {}", ending.status) : "";
    tally.last = at;
    measurement_.errors.push_back(std::move(tally));
  }
  return i;
}

void ProbeBooks::WriteRow(Duration at, std::uint32_t number, const Outstanding& request,
                          Ending ending, std::size_t tally) {
  const auto stamp = [&](Duration time) { return (rows_.start + time).count(); };
  const bool sent = ending.kind != ErrorKind::kConnectRefused;
  measure::Row row;
  row.request = number;
  row.scheduled_ns = stamp(request.scheduled);
  row.dispatched_ns = stamp(request.dispatched);
  row.sent_ns = sent ? row.dispatched_ns : 0;
  row.first_byte_ns = ending.status != 0 ? stamp(at) : 0;
  row.done_ns = stamp(at);
  row.step = static_cast<std::uint16_t>(rows_.step);
  row.task = request.task;
  row.status = static_cast<std::uint16_t>(ending.status);
  row.error_detail = static_cast<std::uint16_t>(tally);
  row.kind = ending.kind;
  row.flags = static_cast<std::uint8_t>(
      measure::kRowLast | (request.scheduled < load_.warmup ? measure::kRowWarmup : 0) |
      (sent ? 0 : measure::kRowNeverSent));
  switch (rows_.sink->Take(row)) {
    case RowSink::Fate::kStored:
      ++measurement_.accounts.stored;
      break;
    case RowSink::Fate::kLost:
      ++measurement_.accounts.dropped;
      break;
    case RowSink::Fate::kSkipped:
      break;
  }
}

void ProbeBooks::StopIssuing(Duration at, measure::StopReason reason) {
  issuing_ = false;
  issue_end_ = at;
  measurement_.stop = reason;
  measurement_.in_flight_end = progress_.in_flight;
}

bool ProbeBooks::EndWindow(Duration end, measure::StopReason& reason) {
  const bool open = load_.open();
  const std::int64_t connections =
      open ? std::max<std::int64_t>(progress_.connections, progress_.in_flight) : progress_.users;
  progress_.connections = static_cast<int>(std::min<std::int64_t>(connections, INT32_MAX));
  const measure::Window window{
      .begin = window_begin_, .end = end, .events = events_, .progress = progress_};
  const measure::Decision decision = observer_.OnWindow(window);
  events_.clear();
  window_begin_ = end;
  EndSeconds(end, false);
  if (!issuing_) {
    return false;
  }
  if (decision == measure::Decision::kStop) {
    reason = measure::StopReason::kObserver;
    return true;
  }
  const measure::Brake::Totals totals{.completed = progress_.completed,
                                      .failed = progress_.failed,
                                      .answered = answered_,
                                      .in_flight = progress_.in_flight};
  if (const auto stop = brake_.Look(end, totals, slowest_); stop && options_.brake) {
    reason = *stop;
    return true;
  }
  return false;
}

void ProbeBooks::EndSeconds(Duration end, bool last) {
  const Duration second_end = std::chrono::seconds(second_.index + 1);
  if (end < second_end && !last) {
    return;
  }
  second_.in_flight = progress_.in_flight;
  second_.users = progress_.users;
  if (limited_) {
    second_.generator.lateness_p50 = second_lateness_.ValueAtQuantile(0.5);
    second_.generator.lateness_p99 = second_lateness_.ValueAtQuantile(0.99);
    second_.generator.lateness_max = second_lateness_.Max();
    second_.generator.cpu_busiest = std::min(
        kCpuAtLimit, static_cast<double>(second_.dispatched) / options_.generator_limit.per_second);
    second_lateness_.Reset();
  }
  observer_.OnSecond(second_);
  ++second_.index;
  ResetSecond();
}

void ProbeBooks::ResetSecond() {
  second_.warmup = std::chrono::seconds(second_.index) < load_.warmup;
  second_.scheduled = 0;
  second_.dispatched = 0;
  second_.completed = 0;
  second_.failed = 0;
  second_.rejected = 0;
  second_.generator = {};
  for (measure::TaskSecond& task : second_.tasks) {
    task.response.Reset();
    task.wire.Reset();
    task.succeeded = 0;
    task.failed = 0;
    task.failures.fill(0);
  }
}

void ProbeBooks::JudgeGenerator(measure::Measurement& result) const {
  if (!limited_) {
    return;
  }
  measure::Generator& generator = result.generator;
  generator.lateness_p50 = lateness_.ValueAtQuantile(0.5);
  generator.lateness_p99 = lateness_.ValueAtQuantile(0.99);
  generator.lateness_max = lateness_.Max();
  const double issued_s = Seconds(issue_end_);
  if (issued_s > 0.0) {
    generator.cpu_busiest =
        std::min(kCpuAtLimit, static_cast<double>(result.accounts.dispatched) / issued_s /
                                  options_.generator_limit.per_second);
  }
  const auto* closed = std::get_if<measure::ClosedLoad>(&load_.shape);
  if (closed != nullptr && closed->think == Duration::zero()) {
    result.generator_limited = generator.cpu_busiest > kCpuAllowed;
    return;
  }
  const std::string remedy = "use more threads or a faster machine, or a lower rate";
  if (generator.lateness_p99 > options_.lateness_allowed) {
    result.refusals.push_back(
        {fmt::format("lateness p99 was {}, allowed {}", FormatDuration(generator.lateness_p99),
                     FormatDuration(options_.lateness_allowed)),
         remedy});
  }
  const double scheduled = static_cast<double>(result.accounts.scheduled);
  if (static_cast<double>(result.accounts.dispatched) < kDispatchedAllowed * scheduled) {
    result.refusals.push_back({fmt::format("only {} of {} requests due were dispatched",
                                           FormatCount(result.accounts.dispatched),
                                           FormatCount(result.accounts.scheduled)),
                               remedy});
  }
}

measure::Measurement ProbeBooks::Finish(Duration end) {
  if (end > std::chrono::seconds(second_.index) || second_.scheduled + second_.completed > 0) {
    EndSeconds(end, true);
  }
  measure::Measurement& result = measurement_;
  result.warmup = std::min(load_.warmup, issue_end_);
  result.measured = issue_end_ - result.warmup;
  for (const measure::TaskMeasurement& task : result.tasks) {
    result.succeeded += task.succeeded;
    result.failed += task.failed;
  }
  result.requests = judged_arrivals_;
  if (const double length_s = Seconds(result.measured); length_s > 0.0) {
    result.offered = Rate{static_cast<double>(judged_arrivals_) / length_s};
    result.achieved = Rate{static_cast<double>(judged_completions_) / length_s};
    result.goodput = Rate{static_cast<double>(judged_good_) / length_s};
  }
  result.addresses = {"simulated"};
  result.connections_opened = progress_.connections;
  result.accounts.scheduled = progress_.scheduled;
  result.accounts.dispatched = progress_.dispatched;
  result.accounts.attempts = progress_.dispatched;
  result.accounts.skipped = progress_.dispatched - result.accounts.stored - result.accounts.dropped;
  JudgeGenerator(result);
  return std::move(measurement_);
}

}  // namespace loadline::sim
