#include "load/plan.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/check.h"
#include "inference/predict.h"
#include "inference/shape.h"
#include "load/request_builder.h"
#include "scenario/surroundings.h"

namespace loadline::load {
namespace {

void AppendRequest(const scenario::Task& task, const scenario::DataSet& data,
                   std::span<const std::size_t> indexes, std::string& out) {
  const inference::Table table{data.columns, task.datatypes,
                               task.cells.empty() ? data.rows : task.cells, task.tensor};
  switch (task.shape) {
    case scenario::BodyShape::kMlflow:
      inference::AppendMlflowRequest(data.columns, data.rows, indexes, out);
      return;
    case scenario::BodyShape::kKserveV1:
      inference::AppendV1Request(table, indexes, out);
      return;
    case scenario::BodyShape::kKserveV2:
      inference::AppendV2Request(table, indexes, out);
      return;
    case scenario::BodyShape::kTfServing:
      inference::AppendTfRequest(table, indexes, out);
      return;
    case scenario::BodyShape::kPlain:
      break;
  }
  CHECK(false);  // A plain body has templates instead.
}

Duration LimitOf(Duration limit) {
  return limit > Duration::zero() ? limit : Duration::max();
}

TaskPlan PlanTask(const scenario::Task& task) {
  TaskPlan plan;
  plan.task = &task;
  plan.head_request = task.method == "HEAD";
  plan.codec = CodecFor(task.shape);
  plan.connect = LimitOf(task.timeouts.connect);
  plan.first_byte = LimitOf(task.timeouts.first_byte);
  plan.whole = LimitOf(task.timeouts.whole);
  return plan;
}

/// Renders request 0 of `task`: the bytes, if they are the same for all, and an early answer to
/// whether the task can be sent at all.
Status RenderFirst(RequestBuilder& builder, const Plan& plan, TaskPlan& task) {
  const scenario::Captured captured(plan.scenario.captured.size());
  const Status built = builder.Build(*task.task, 0, captured, task.bytes);
  if (!built) {
    return Error{built.error().code, "task " + task.task->name + ": " + built.error().message};
  }
  task.is_static = scenario::Renderer::IsStatic(*task.task, plan.scenario.target);
  if (!task.is_static) {
    task.bytes = std::string();
  }
  return {};
}

Duration TightestObjective(const scenario::Scenario& scenario) {
  Duration tightest{};
  for (const measure::Objective& objective : scenario.objectives) {
    if (objective.threshold > Duration::zero() &&
        (tightest == Duration::zero() || objective.threshold < tightest)) {
      tightest = objective.threshold;
    }
  }
  return tightest;
}

Result<std::unique_ptr<net::TlsContext>> MakeTls(const Plan& plan) {
  const scenario::TlsPolicy& policy = plan.scenario.target.tls;
  net::TlsOptions options;
  options.server_name = plan.url.host;
  options.ca_file = policy.ca_file;
  options.client_certificate_file = policy.client_certificate_file;
  options.client_key_file = policy.client_key_file;
  options.insecure = policy.insecure;
  return net::TlsContext::Create(options);
}

}  // namespace

scenario::ShapeCodec CodecFor(scenario::BodyShape shape) {
  switch (shape) {
    case scenario::BodyShape::kPlain:
      break;
    case scenario::BodyShape::kMlflow:
      return {.append_request = AppendRequest, .fault_in_reply = inference::MlflowReplyFault};
    case scenario::BodyShape::kKserveV1:
      return {.append_request = AppendRequest, .fault_in_reply = inference::V1ReplyFault};
    case scenario::BodyShape::kKserveV2:
      return {.append_request = AppendRequest, .fault_in_reply = inference::V2ReplyFault};
    case scenario::BodyShape::kTfServing:
      return {.append_request = AppendRequest, .fault_in_reply = inference::TfReplyFault};
  }
  return {};
}

Result<std::unique_ptr<Plan>> MakePlan(const scenario::Scenario& scenario,
                                       const std::string& user_agent) {
  auto plan = std::make_unique<Plan>();
  plan->scenario = scenario;
  if (scenario.tasks.empty()) {
    return Error{ErrorCode::kInvalidArgument, "the scenario has no task"};
  }
  plan->url = TRY(http::ParseUrl(scenario.target.url));
  plan->secrets =
      TRY(scenario::ResolveSecrets(scenario.target.credentials, scenario::SystemSurroundings()));
  plan->redactor = scenario::Redactor(plan->secrets);
  plan->user_agent = user_agent;
  if (!scenario.target.client.empty()) {
    plan->user_agent += " " + scenario.target.client;
  }
  for (const std::string& text : scenario.target.connections.resolve) {
    plan->overrides.push_back(TRY(net::ParseResolveOverride(text)));
  }
  if (plan->url.tls) {
    plan->tls = TRY(MakeTls(*plan));
  }
  RequestBuilder builder(*plan, plan->scenario.load.seed);
  for (const scenario::Task& task : plan->scenario.tasks) {
    plan->tasks.push_back(PlanTask(task));
    TRY(RenderFirst(builder, *plan, plan->tasks.back()));
  }
  for (const scenario::Task& task : plan->scenario.on_start) {
    plan->on_start.push_back(PlanTask(task));
    TRY(RenderFirst(builder, *plan, plan->on_start.back()));
  }
  plan->tightest_objective = TightestObjective(plan->scenario);
  return plan;
}

}  // namespace loadline::load
