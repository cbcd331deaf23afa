#include "scenario/model_payload.h"

#include <fmt/core.h>

#include <utility>

#include "base/url_text.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

constexpr std::string_view kInfer = "/infer";
constexpr std::string_view kPredict = ":predict";

// The URL of the task's requests, without a query.
std::string RequestUrl(const Target& target, const Task& task) {
  std::string url = target.url.substr(0, target.url.find('?'));
  if (!task.path.parts.empty()) {
    const std::string& path = task.path.parts[0].text;
    if (url.ends_with('/')) {
      url.pop_back();
    }
    url += path.substr(0, path.find('?'));
  }
  return url;
}

}  // namespace

std::string MetadataUrl(std::string_view url, BodyShape shape) {
  if (shape == BodyShape::kKserveV2 && url.ends_with(kInfer)) {
    return std::string(url.substr(0, url.size() - kInfer.size()));
  }
  if (shape == BodyShape::kTfServing && url.ends_with(kPredict)) {
    return fmt::format("{}/metadata", url.substr(0, url.size() - kPredict.size()));
  }
  return {};
}

std::optional<ModelAnswer> AskModel(Reading& reading, const Place& place, const std::string& path,
                                    const Task& task, std::string_view otherwise) {
  if (!reading.faults.empty()) {
    return std::nullopt;
  }
  const std::string url = task.path.IsStatic()
                              ? MetadataUrl(RequestUrl(reading.scenario.target, task), task.shape)
                              : std::string();
  if (url.empty()) {
    reading.Complain(place, path, "a path that does not tell where the model is described",
                     std::string(otherwise));
    return std::nullopt;
  }
  const std::string shown = ShownUrl(url);
  if (!reading.outside.ask_model) {
    reading.Complain(place, path, "a question for the server, which nobody asks here",
                     std::string(otherwise));
    return std::nullopt;
  }
  Result<ModelAnswer> answer = reading.outside.ask_model(reading.scenario.target, url);
  if (!answer.has_value()) {
    reading.unanswered += answer.error().code == ErrorCode::kUnavailable ? 1 : 0;
    reading.Complain(place, path, fmt::format("no description of the model at {}", shown),
                     fmt::format("one there, or {}: {}", otherwise, answer.error().message));
    return std::nullopt;
  }
  const bool right =
      answer->shape == (task.shape == BodyShape::kKserveV2 ? "kserve-v2" : "tfserving");
  if (!right) {
    reading.Complain(place, path, fmt::format("a description as {} at {}", answer->shape, shown),
                     fmt::format("as: {}", answer->shape));
    return std::nullopt;
  }
  return *std::move(answer);
}

void UsePayload(Reading& reading, const ModelAnswer& answer, Task& task) {
  AppendLiteral(answer.body, task.body);
  std::string inputs;
  for (const ModelInput& input : answer.inputs) {
    inputs += fmt::format("{}{} {}", inputs.empty() ? "" : ", ", input.name, InputText(input));
  }
  reading.payload += fmt::format("{}{}: zeros, as the model asks for",
                                 reading.payload.empty() ? "" : "; ", inputs);
}

std::string InputText(const ModelInput& input) {
  std::string sizes;
  for (const std::int64_t size : input.shape) {
    sizes += fmt::format("{}{}", sizes.empty() ? "" : ",", size);
  }
  return fmt::format("{} [{}]", input.datatype, sizes);
}

}  // namespace loadline::scenario
