#include "cases.h"

#include <cmath>

#include "base/units.h"

namespace loadline::bench {
namespace {

using search::testing::Balance;
using search::testing::QueueSpec;
using search::testing::ServiceLaw;
using search::testing::Think;

constexpr QueueSpec Servers(int servers, ServiceLaw law = ServiceLaw::kExponential) {
  return {.servers = servers, .law = law};
}
constexpr QueueSpec Pods(int pods, Balance balance = Balance::kRandom) {
  return {.pods = pods, .balance = balance};
}
constexpr QueueSpec Rejecting(int servers) {
  return {.servers = servers, .queue = 10};
}
constexpr QueueSpec Sharing(int processors) {
  return {.servers = processors, .sharing = true};
}

constexpr ServiceLaw kConstant = ServiceLaw::kConstant;
constexpr ServiceLaw kLognormal = ServiceLaw::kLognormal;
constexpr ServiceLaw kBimodal = ServiceLaw::kBimodal;

// Lines of M/M/c from Erlang C; the others from simulations of 40 million requests.
constexpr Case kOpen[] = {
    {.name = "M/M/1 p95 6S", .service = Servers(1), .line = 0.50071129},
    {.name = "M/M/4 p95 6S", .service = Servers(4), .line = 3.42166058},
    {.name = "M/M/4 p95 4S", .service = Servers(4), .threshold = 4.0, .line = 2.94142599},
    {.name = "M/M/12 p95 4S", .service = Servers(12), .threshold = 4.0, .line = 10.79134792},
    {.name = "M/M/12 p95 6S", .service = Servers(12), .line = 11.38746617},
    {.name = "M/M/12 p99 6S", .service = Servers(12), .allowed = 0.01, .line = 10.90280802},
    {.name = "M/M/48 p95 5S", .service = Servers(48), .threshold = 5.0, .line = 47.1513552},
    {.name = "M/D/4 p95 6S", .service = Servers(4, kConstant), .line = 3.719449},
    {.name = "lognormal 4 p95 6S", .service = Servers(4, kLognormal), .line = 3.078054},
    {.name = "bimodal 4 p95 6S", .service = Servers(4, kBimodal), .line = 3.015271},
    {.name = "bimodal 4 p95 8S",
     .service = Servers(4, kBimodal),
     .threshold = 8.0,
     .line = 3.32856},
    {.name = "bimodal 12 p95 8S",
     .service = Servers(12, kBimodal),
     .threshold = 8.0,
     .line = 11.267622},
    {.name = "12 random pods p95 6S", .service = Pods(12), .line = 6.00853548},
    {.name = "sharing 4 p95 6S", .service = Sharing(4), .line = 3.234243},
    // Queues of ten, 503 beyond: M/M/c/K, of which a share π(K) is rejected.
    {.name = "M/M/1/11 errors 1%",
     .service = Rejecting(1),
     .threshold = 0.0,
     .allowed = 0.01,
     .line = 0.74233709},
    {.name = "M/M/4/14 errors 1%",
     .service = Rejecting(4),
     .threshold = 0.0,
     .allowed = 0.01,
     .line = 3.09845201},
    {.name = "M/M/4/14 errors 0.1%",
     .service = Rejecting(4),
     .threshold = 0.0,
     .allowed = 0.001,
     .line = 2.47991452},
    {.name = "M/M/12/22 errors 0.1%",
     .service = Rejecting(12),
     .threshold = 0.0,
     .allowed = 0.001,
     .line = 8.12452631},
};

// Users at the line; thresholds of exponential service from the product form.
constexpr Case kClosed[] = {
    {.name = "M/M/4//50 Z=10",
     .service = Servers(4),
     .threshold = 6.08606543,
     .line = 50,
     .think = 10},
    {.name = "M/M/4//84 Z=20",
     .service = Servers(4),
     .threshold = 5.93506945,
     .line = 84,
     .think = 20},
    {.name = "M/M/12//162 Z=10",
     .service = Servers(12),
     .threshold = 6.04304996,
     .line = 162,
     .think = 10},
    {.name = "M/M/12//277 Z=20",
     .service = Servers(12),
     .threshold = 6.04623078,
     .line = 277,
     .think = 20},
    {.name = "M/M/4//12 Z=2",
     .service = Servers(4),
     .threshold = 3.55728156,
     .line = 12,
     .think = 2},
    {.name = "M/M/4//20 Z=4",
     .service = Servers(4),
     .threshold = 3.93347664,
     .line = 20,
     .think = 4},
    {.name = "M/M/1//12 Z=10",
     .service = Servers(1),
     .threshold = 8.98985784,
     .line = 12,
     .think = 10},
};

constexpr Case kBatch[] = {
    {.name = "D/M/1 p95 6S", .service = Servers(1), .line = 0.72324, .constant_arrivals = true},
    {.name = "D/M/4 p95 6S", .service = Servers(4), .line = 3.69283, .constant_arrivals = true},
    {.name = "D/M/12 p95 4S",
     .service = Servers(12),
     .threshold = 4.0,
     .line = 11.34062,
     .constant_arrivals = true},
    {.name = "D/lognormal 4 p95 6S",
     .service = Servers(4, kLognormal),
     .line = 3.31142,
     .constant_arrivals = true},
    {.name = "D/bimodal 4 p95 8S",
     .service = Servers(4, kBimodal),
     .threshold = 8.0,
     .line = 3.51808,
     .constant_arrivals = true},
};

}  // namespace

std::span<const Case> OpenCases() {
  return kOpen;
}
std::span<const Case> ClosedCases() {
  return kClosed;
}
std::span<const Case> BatchCases() {
  return kBatch;
}

measure::Load LoadOf(const Case& c, double relative) {
  measure::Load load;
  load.duration = Duration::max();
  if (c.think > 0.0 || c.name.find("Z=0") != std::string_view::npos) {
    load.shape = measure::ClosedLoad{.users = static_cast<int>(std::lround(c.line * relative)),
                                     .spawn = {},
                                     .think = FromSeconds(c.think),
                                     .law = c.think_law == Think::kExponential && !c.batch_test
                                                ? measure::ThinkLaw::kExponential
                                                : measure::ThinkLaw::kConstant};
  } else {
    load.shape = measure::OpenLoad{.rate = {c.line * relative},
                                   .arrivals = c.constant_arrivals ? measure::Arrivals::kConstant
                                                                   : measure::Arrivals::kPoisson};
  }
  return load;
}

measure::Objective ObjectiveOf(const Case& c) {
  if (c.threshold <= 0.0) {
    return {.task = {}, .metric = measure::Metric::kErrors, .limit = c.allowed};
  }
  return {.task = {},
          .metric = measure::Metric::kQuantile,
          .quantile = 1.0 - c.allowed,
          .threshold = FromSeconds(c.threshold)};
}

}  // namespace loadline::bench
