#include "standin/metrics_page.h"

#include <array>
#include <string_view>

#include "base/exposition.h"

namespace loadline::standin {
namespace {

/// A family without labels.
template <typename T>
void Family(Exposition& page, std::string_view name, std::string_view type, std::string_view help,
            T value) {
  page.Family(name, type, help);
  page.Sample({}, value);
}

void Labelled(Exposition& page, std::string_view label, std::string_view text, std::int64_t value) {
  const std::array<MetricLabel, 1> labels{{{label, text}}};
  page.Sample(labels, value);
}

}  // namespace

void WriteMetrics(const MetricsView& view, std::string& out) {
  out.clear();
  Exposition page(out);
  page.Family("loadline_standin_requests_total", "counter", "Requests answered, by status.");
  Labelled(page, "status", "200", view.replies.ok);
  Labelled(page, "status", "400", view.replies.bad);
  Labelled(page, "status", "500", view.replies.failed);
  Labelled(page, "status", "503", view.replies.unavailable);
  Family(page, "loadline_standin_arrivals_total", "counter",
         "Arrivals at the pods, rejected ones included.", view.service.arrived);
  page.Family("loadline_standin_rejected_total", "counter", "Arrivals rejected, by reason.");
  Labelled(page, "reason", "queue_full", view.service.rejected_full);
  Labelled(page, "reason", "not_ready", view.service.rejected_not_ready);
  Family(page, "loadline_standin_in_service", "gauge", "Slots at work now.", view.serving);
  Family(page, "loadline_standin_queue_length", "gauge", "Waiting in the pods' queues now.",
         view.waiting);
  Family(page, "loadline_standin_pods_ready", "gauge", "Pods that take requests.",
         std::int64_t{view.ready_pods});
  page.Family("loadline_standin_service_seconds", "summary", "Time in a slot.");
  page.Sample({}, Seconds(view.service.busy), "_sum");
  page.Sample({}, view.service.served, "_count");
  page.Family("loadline_standin_departure_delay_seconds", "histogram",
              "How late replies were begun, after the instant at which they were due.");
  for (std::size_t i = 0; i < DelayHistogram::kLimits.size(); ++i) {
    const std::string limit = ExpositionNumber(Seconds(DelayHistogram::kLimits.at(i)));
    const std::array<MetricLabel, 1> labels{{{"le", limit}}};
    page.Sample(labels, view.delays.UpTo(i), "_bucket");
  }
  const std::array<MetricLabel, 1> rest{{{"le", "+Inf"}}};
  page.Sample(rest, view.delays.count(), "_bucket");
  page.Sample({}, Seconds(view.delays.sum()), "_sum");
  page.Sample({}, view.delays.count(), "_count");
  Family(page, "loadline_standin_ids_seen_total", "counter",
         "Ids read from arrivals; GET /ids lists them.", view.ids.seen());
  Family(page, "loadline_standin_ids_forgotten_total", "counter",
         "Ids that no longer fitted into the list.", view.ids.forgotten());
}

}  // namespace loadline::standin
