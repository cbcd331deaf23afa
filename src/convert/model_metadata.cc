#include "convert/model_metadata.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "convert/document.h"

namespace loadline::convert {
namespace {

constexpr double kMostElements = 1e6;

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, "model: " + std::move(message)};
}

struct Tensor {
  std::string name;
  std::string datatype;             // As V2 or TensorFlow names it.
  std::vector<std::int64_t> shape;  // Unknown sizes as 1.
};

// Sizes from numbers (V2) or texts (TensorFlow's JSON writes 64-bit numbers so).
Status AddSize(const Value& size, Tensor& tensor) {
  const std::optional<double> number = JsonNumber(size.text);
  if (!number.has_value() || *number > kMostElements) {
    return Wrong(fmt::format("the shape of {} holds \"{}\"; expected sizes of at most a million",
                             tensor.name, size.text));
  }
  tensor.shape.push_back(*number < 1.0 ? 1 : static_cast<std::int64_t>(*number));
  return {};
}

std::string_view Element(std::string_view datatype) {
  if (datatype == "BOOL" || datatype == "DT_BOOL") {
    return "false";
  }
  if (datatype == "BYTES" || datatype == "DT_STRING") {
    return "\"text\"";
  }
  const bool whole = datatype.find("INT") != std::string_view::npos;
  return whole ? "0" : "0.0";
}

// Nested lists of the sizes from `axis` on.
void AppendNested(const Tensor& tensor, std::size_t axis, std::string& out) {
  if (axis == tensor.shape.size()) {
    out += Element(tensor.datatype);
    return;
  }
  out += '[';
  for (std::int64_t i = 0; i < tensor.shape[axis]; ++i) {
    out += i > 0 ? "," : "";
    AppendNested(tensor, axis + 1, out);
  }
  out += ']';
}

Status CheckSize(const Tensor& tensor) {
  double elements = 1.0;
  for (const std::int64_t size : tensor.shape) {
    elements *= static_cast<double>(size);
  }
  if (elements > kMostElements) {
    return Wrong(
        fmt::format("{} has {:.0f} elements, more than a million: make the payload "
                    "yourself and send it from a file",
                    tensor.name, elements));
  }
  return {};
}

Result<std::string> V2Body(const Value& root) {
  std::string body = R"({"inputs":[)";
  const char* between = "";
  for (const Value& input : root.At("inputs").items) {
    Tensor tensor{input.At("name").text, input.At("datatype").text, {}};
    std::string shape;
    for (const Value& size : input.At("shape").items) {
      TRY(AddSize(size, tensor));
      shape += fmt::format("{}{}", shape.empty() ? "" : ",", tensor.shape.back());
    }
    TRY(CheckSize(tensor));
    if (tensor.shape.empty()) {
      return Wrong(fmt::format("the input {} has no shape", tensor.name));
    }
    body += std::exchange(between, ",");
    body += R"({"name":)";
    AppendJsonString(tensor.name, body);
    body += fmt::format(R"(,"shape":[{}],"datatype":)", shape);
    AppendJsonString(tensor.datatype, body);
    body += R"(,"data":)";
    AppendNested(tensor, 0, body);
    body += '}';
  }
  return body + "]}";
}

// One instance: an object of named inputs, or the only input itself. The first size is the batch.
Result<std::string> TfBody(const Value& inputs) {
  std::string instance;
  const bool named = inputs.items.size() > 1;
  for (std::size_t i = 0; i < inputs.items.size(); ++i) {
    Tensor tensor{inputs.keys[i], inputs.items[i].At("dtype").text, {}};
    for (const Value& size : inputs.items[i].At("tensor_shape").At("dim").items) {
      TRY(AddSize(size.At("size"), tensor));
    }
    TRY(CheckSize(tensor));
    if (named) {
      instance += i > 0 ? "," : "{";
      AppendJsonString(tensor.name, instance);
      instance += ':';
    }
    AppendNested(tensor, tensor.shape.empty() ? 0 : 1, instance);
  }
  return fmt::format(R"({{"instances":[{}{}]}})", instance, named ? "}" : "");
}

}  // namespace

Result<Found> ReadModelMetadata(std::string_view text, const std::string& origin) {
  Result<Value> root = ReadDocument(text);
  if (!root.has_value()) {
    return Wrong(root.error().message);
  }
  Found found;
  found.target = OriginOf(origin);
  if (found.target.empty()) {
    return Wrong("say where the server is: --origin http://127.0.0.1:8500");
  }
  Request request;
  request.method = "POST";
  request.has_body = true;
  request.headers = {{"Content-Type", "application/json"}};
  const Value& definition = root->At("metadata").At("signature_def").At("signature_def");
  if (root->Has("model_spec") && !definition.items.empty()) {
    const Value& serving =
        definition.Has("serving_default") ? definition.At("serving_default") : definition.items[0];
    request.name = root->At("model_spec").At("name").text;
    request.shape = "tfserving";
    request.url = fmt::format("{}/v1/models/{}:predict", found.target, request.name);
    request.body = TRY(TfBody(serving.At("inputs")));
    if (serving.At("inputs").items.empty()) {
      return Wrong("the model names no inputs");
    }
  } else if (root->Has("name") && !root->At("inputs").items.empty()) {
    request.name = root->At("name").text;
    request.shape = "kserve-v2";
    request.url = fmt::format("{}/v2/models/{}/infer", found.target, request.name);
    request.body = TRY(V2Body(*root));
  } else {
    return Wrong(
        "expected the reply of GET /v2/models/NAME (name, inputs) or of GET "
        "/v1/models/NAME/metadata (model_spec, metadata)");
  }
  found.notes.emplace_back(
      "the payload fits the model's shapes and is filled with zeros: real rows are better");
  found.requests.push_back(std::move(request));
  return found;
}

}  // namespace loadline::convert
