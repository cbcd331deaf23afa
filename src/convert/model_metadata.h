// ModelMetadata: what a model server says of a model, as a request with a payload that fits it.
//
// Pure functions; safe from any thread.
// Sources: Open Inference Protocol (KServe V2), model metadata,
// https://github.com/kserve/open-inference-protocol ; TensorFlow Serving RESTful API, model
// metadata, https://www.tensorflow.org/tfx/serving/api_rest
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "convert/found.h"

namespace loadline::convert {

/// Reads the reply of `GET /v2/models/NAME` or `GET /v1/models/NAME/metadata` and makes an
/// inference request of one row: each input with its name, datatype and shape (unknown sizes are
/// 1), filled with zeros, `false` or `"text"`. `origin` is where the server is.
///
/// Errors: kInvalidArgument: broken (with line and column), neither of the two, no inputs, an
/// origin that is none, a tensor of more than a million elements.
[[nodiscard]] Result<Found> ReadModelMetadata(std::string_view text, const std::string& origin);

}  // namespace loadline::convert
