#include "standin/metrics_page.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace loadline::standin {
namespace {

/// Help and type of one family.
void Head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out),
                 "# HELP loadline_standin_{0} {2}\n# TYPE "
                 "loadline_standin_{0} {1}\n",
                 name, type, help);
}

template <typename T>
void Line(std::string& out, std::string_view name, T value) {
  fmt::format_to(std::back_inserter(out), "loadline_standin_{} {}\n", name, value);
}

template <typename T>
void Family(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            T value) {
  Head(out, name, type, help);
  Line(out, name, value);
}

}  // namespace

void WriteMetrics(const MetricsView& view, std::string& out) {
  out.clear();
  Head(out, "requests_total", "counter", "Requests answered, by status.");
  Line(out, "requests_total{status=\"200\"}", view.replies.ok);
  Line(out, "requests_total{status=\"400\"}", view.replies.bad);
  Line(out, "requests_total{status=\"500\"}", view.replies.failed);
  Line(out, "requests_total{status=\"503\"}", view.replies.unavailable);
  Family(out, "arrivals_total", "counter", "Arrivals at the pods, rejected ones included.",
         view.service.arrived);
  Head(out, "rejected_total", "counter", "Arrivals rejected, by reason.");
  Line(out, "rejected_total{reason=\"queue_full\"}", view.service.rejected_full);
  Line(out, "rejected_total{reason=\"not_ready\"}", view.service.rejected_not_ready);
  Family(out, "in_service", "gauge", "Slots at work now.", view.serving);
  Family(out, "queue_length", "gauge", "Waiting in the pods' queues now.", view.waiting);
  Family(out, "pods_ready", "gauge", "Pods that take requests.", view.ready_pods);
  Head(out, "service_seconds", "summary", "Time in a slot.");
  Line(out, "service_seconds_sum", Seconds(view.service.busy));
  Line(out, "service_seconds_count", view.service.served);
  Head(out, "departure_delay_seconds", "histogram",
       "How late replies were begun, after the instant at which they were due.");
  for (std::size_t i = 0; i < DelayHistogram::kLimits.size(); ++i) {
    fmt::format_to(std::back_inserter(out),
                   "loadline_standin_departure_delay_seconds_bucket{{le=\"{}\"}} {}\n",
                   Seconds(DelayHistogram::kLimits[i]), view.delays.UpTo(i));
  }
  Line(out, "departure_delay_seconds_bucket{le=\"+Inf\"}", view.delays.count());
  Line(out, "departure_delay_seconds_sum", Seconds(view.delays.sum()));
  Line(out, "departure_delay_seconds_count", view.delays.count());
  Family(out, "ids_seen_total", "counter", "Ids read from arrivals; GET /ids lists them.",
         view.ids.seen());
  Family(out, "ids_forgotten_total", "counter", "Ids that no longer fitted into the list.",
         view.ids.forgotten());
}

}  // namespace loadline::standin
