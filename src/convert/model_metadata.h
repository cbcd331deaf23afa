// ModelMetadata: what a model server says of a model, as a request with a payload that fits it.
//
// Pure functions; safe from any thread.
// Sources: Open Inference Protocol (KServe V2), model metadata,
// https://github.com/kserve/open-inference-protocol ; TensorFlow Serving RESTful API, model
// metadata, https://www.tensorflow.org/tfx/serving/api_rest
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/found.h"

namespace loadline::convert {

/// One input of a model.
struct ModelTensor {
  std::string name;
  std::string datatype;             ///< As the server says it: `FP32`, TensorFlow's `DT_FLOAT`.
  std::vector<std::int64_t> shape;  ///< -1: any size.
};

struct Model {
  std::string name;
  std::string shape;  ///< `kserve-v2` or `tfserving`: what `as:` says.
  std::vector<ModelTensor> inputs;
  std::string body;  ///< An inference request of one row.
};

/// Reads the reply of `GET /v2/models/NAME` or `GET /v1/models/NAME/metadata` and makes an
/// inference request of one row: each input with its name, datatype and shape (unknown sizes are
/// 1), filled with zeros, `false` or `"text"`.
///
/// Errors: kInvalidArgument: broken (with line and column), neither of the two, no inputs, a tensor
/// of more than a million elements.
[[nodiscard]] Result<Model> ReadModel(std::string_view text);

/// The same as a request to the server at `origin`. Errors: further an origin that is none.
[[nodiscard]] Result<Found> ReadModelMetadata(std::string_view text, const std::string& origin);

}  // namespace loadline::convert
