#include "convert/model_metadata.h"

#include <fmt/core.h>

#include <algorithm>
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

// The sizes of one row: unknown ones are 1.
std::int64_t Known(std::int64_t size) {
  return std::max<std::int64_t>(size, 1);
}

// Sizes from numbers (V2) or texts (TensorFlow's JSON writes 64-bit numbers so).
Status AddSize(const Value& size, ModelTensor& tensor) {
  const std::optional<double> number = JsonNumber(size.text);
  if (!number.has_value() || *number > kMostElements) {
    return Wrong(fmt::format("the shape of {} holds \"{}\"; expected sizes of at most a million",
                             tensor.name, size.text));
  }
  tensor.shape.push_back(*number < 1.0 ? -1 : static_cast<std::int64_t>(*number));
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
void AppendNested(const ModelTensor& tensor, std::size_t axis, std::string& out) {
  if (axis == tensor.shape.size()) {
    out += Element(tensor.datatype);
    return;
  }
  out += '[';
  for (std::int64_t i = 0; i < Known(tensor.shape[axis]); ++i) {
    out += i > 0 ? "," : "";
    AppendNested(tensor, axis + 1, out);
  }
  out += ']';
}

Status CheckSize(const ModelTensor& tensor) {
  double elements = 1.0;
  for (const std::int64_t size : tensor.shape) {
    elements *= static_cast<double>(Known(size));
  }
  if (elements > kMostElements) {
    return Wrong(
        fmt::format("{} has {:.0f} elements, more than a million: make the payload "
                    "yourself and send it from a file",
                    tensor.name, elements));
  }
  return {};
}

Result<std::vector<ModelTensor>> V2Inputs(const Value& root) {
  std::vector<ModelTensor> tensors;
  for (const Value& input : root.At("inputs").items) {
    ModelTensor tensor{input.At("name").text, input.At("datatype").text, {}};
    for (const Value& size : input.At("shape").items) {
      TRY(AddSize(size, tensor));
    }
    TRY(CheckSize(tensor));
    if (tensor.shape.empty()) {
      return Wrong(fmt::format("the input {} has no shape", tensor.name));
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

Result<std::vector<ModelTensor>> TfInputs(const Value& inputs) {
  std::vector<ModelTensor> tensors;
  for (std::size_t i = 0; i < inputs.keys.size(); ++i) {
    ModelTensor tensor{inputs.keys[i], inputs.items[i].At("dtype").text, {}};
    for (const Value& size : inputs.items[i].At("tensor_shape").At("dim").items) {
      TRY(AddSize(size.At("size"), tensor));
    }
    TRY(CheckSize(tensor));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

std::string V2Body(const std::vector<ModelTensor>& inputs) {
  std::string body = R"({"inputs":[)";
  const char* between = "";
  for (const ModelTensor& tensor : inputs) {
    body += std::exchange(between, ",");
    body += R"({"name":)";
    AppendJsonString(tensor.name, body);
    body += R"(,"shape":[)";
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      body += fmt::format("{}{}", i > 0 ? "," : "", Known(tensor.shape[i]));
    }
    body += R"(],"datatype":)";
    AppendJsonString(tensor.datatype, body);
    body += R"(,"data":)";
    AppendNested(tensor, 0, body);
    body += '}';
  }
  return body + "]}";
}

// One instance: an object of named inputs, or the only input itself. The first size is the batch.
std::string TfBody(const std::vector<ModelTensor>& inputs) {
  std::string instance;
  const bool named = inputs.size() > 1;
  for (const ModelTensor& tensor : inputs) {
    if (named) {
      instance += instance.empty() ? "{" : ",";
      AppendJsonString(tensor.name, instance);
      instance += ':';
    }
    AppendNested(tensor, tensor.shape.empty() ? 0 : 1, instance);
  }
  return fmt::format(R"({{"instances":[{}{}]}})", instance, named ? "}" : "");
}

}  // namespace

Result<Model> ReadModel(std::string_view text) {
  Result<Value> root = ReadDocument(text);
  if (!root.has_value()) {
    return Wrong(root.error().message);
  }
  Model model;
  const Value& definition = root->At("metadata").At("signature_def").At("signature_def");
  if (root->Has("model_spec") && !definition.items.empty()) {
    const Value& serving =
        definition.Has("serving_default") ? definition.At("serving_default") : definition.items[0];
    model.name = root->At("model_spec").At("name").text;
    model.shape = "tfserving";
    model.inputs = TRY(TfInputs(serving.At("inputs")));
    model.body = TfBody(model.inputs);
  } else if (root->Has("name") && root->Has("inputs")) {
    model.name = root->At("name").text;
    model.shape = "kserve-v2";
    model.inputs = TRY(V2Inputs(*root));
    model.body = V2Body(model.inputs);
  } else {
    return Wrong(
        "expected the reply of GET /v2/models/NAME (name, inputs) or of GET "
        "/v1/models/NAME/metadata (model_spec, metadata)");
  }
  if (model.inputs.empty()) {
    return Wrong("the server names no inputs of it, so no payload can be made");
  }
  return model;
}

Result<Found> ReadModelMetadata(std::string_view text, const std::string& origin) {
  Model model = TRY(ReadModel(text));
  Found found;
  found.target = OriginOf(origin);
  if (found.target.empty()) {
    return Wrong("say where the server is: --origin http://127.0.0.1:8500");
  }
  Request request;
  request.method = "POST";
  request.has_body = true;
  request.headers = {{"Content-Type", "application/json"}};
  request.url = model.shape == "kserve-v2"
                    ? fmt::format("{}/v2/models/{}/infer", found.target, model.name)
                    : fmt::format("{}/v1/models/{}:predict", found.target, model.name);
  request.name = std::move(model.name);
  request.shape = std::move(model.shape);
  request.body = std::move(model.body);
  found.notes.emplace_back(
      "the payload fits the model's shapes and is filled with zeros: real rows are better");
  found.requests.push_back(std::move(request));
  return found;
}

}  // namespace loadline::convert
