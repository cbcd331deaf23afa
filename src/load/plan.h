// Plan: the scenario as the engine's threads need it, made once and then constant.
//
// Shared by all threads without locks: nothing in it changes after MakePlan().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "http/url.h"
#include "net/address.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "scenario/model.h"
#include "scenario/secrets.h"
#include "scenario/shape_codec.h"

namespace loadline::load {

/// One task, or one on_start request.
struct TaskPlan {
  const scenario::Task* task = nullptr;
  bool head_request = false;   ///< HEAD: no body follows.
  bool is_static = false;      ///< Every request is `bytes`.
  std::string bytes;           ///< Static: the serialised request.
  scenario::ShapeCodec codec;  ///< Of its reply.
  Duration connect{};          ///< Time-outs, from the schedule; Duration::max(): none.
  Duration first_byte{};
  Duration whole{};
};

struct Plan {
  scenario::Scenario scenario;
  scenario::Secrets secrets;
  scenario::Redactor redactor;
  http::Url url;
  std::string user_agent;
  std::vector<net::ResolveOverride> overrides;
  std::unique_ptr<net::TlsContext> tls;  ///< The model for the threads' own; null: plain HTTP.
  std::vector<TaskPlan> tasks;
  std::vector<TaskPlan> on_start;
  Duration tightest_objective{};  ///< Shortest latency threshold; 0: there is none.
};

/// Validates what only the engine can (URL, TLS files, secrets) and renders what is static.
///
/// Errors: kInvalidArgument, kNotFound, kIo.
[[nodiscard]] Result<std::unique_ptr<Plan>> MakePlan(const scenario::Scenario& scenario,
                                                     const std::string& user_agent);

/// The functions of a task's wire shape; empty for kPlain.
[[nodiscard]] scenario::ShapeCodec CodecFor(scenario::BodyShape shape);

/// `scheduled` + `limit`; Instant::max() where there is no limit.
[[nodiscard]] inline Instant DeadlineFor(Instant scheduled, Duration limit) {
  return limit == Duration::max() ? Instant::max() : scheduled + limit;
}

}  // namespace loadline::load
