#include "measure/window.h"

#include <algorithm>

namespace loadline::measure {

void Generator::Worsen(const Generator& other) {
  lateness_p50 = std::max(lateness_p50, other.lateness_p50);
  lateness_p99 = std::max(lateness_p99, other.lateness_p99);
  lateness_max = std::max(lateness_max, other.lateness_max);
  send_error_p50 = std::max(send_error_p50, other.send_error_p50);
  send_error_p99 = std::max(send_error_p99, other.send_error_p99);
  starved += other.starved;
  loop_lag_max = std::max(loop_lag_max, other.loop_lag_max);
  cpu_busiest = std::max(cpu_busiest, other.cpu_busiest);
  spin_busiest = std::max(spin_busiest, other.spin_busiest);
  think_overrun_p99_s = std::max(think_overrun_p99_s, other.think_overrun_p99_s);
  throttled += other.throttled;
  dropped_records += other.dropped_records;
  dropped_events += other.dropped_events;
  descriptors_left = std::min(descriptors_left, other.descriptors_left);
  ports_left = std::min(ports_left, other.ports_left);
}

}  // namespace loadline::measure
