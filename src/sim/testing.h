// What several tests of the simulator start from: services, and what departs from them.
#pragma once

#include <string>
#include <vector>

#include "sim/service.h"
#include "sim/sim_prober.h"

namespace loadline::sim {

inline Instant At(Duration d) {
  return Instant(d);
}

inline ServiceOptions Pods(int pods, int concurrency, int queue,
                           const std::string& latency = "constant:10ms") {
  ServiceOptions options;
  options.pods = pods;
  options.concurrency = concurrency;
  options.queue = queue;
  options.latency = *ParseLatencyLaw(latency);
  return options;
}

/// A target whose requests are never given up within a test.
inline SimOptions Target(int pods, int concurrency, int queue, const std::string& latency) {
  SimOptions options;
  options.service = Pods(pods, concurrency, queue, latency);
  options.timeout = 1h;
  return options;
}

/// `tag@ms` of everything that departs up to `until`.
inline std::vector<std::string> Departures(Service& service, Duration until) {
  std::vector<std::string> texts;
  Departure departure;
  while (service.Depart(At(until), departure)) {
    texts.push_back(std::to_string(departure.tag) + "@" +
                    std::to_string(departure.at.time_since_epoch() / 1ms));
  }
  return texts;
}

}  // namespace loadline::sim
