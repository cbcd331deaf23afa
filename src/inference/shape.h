// The wire shapes of model servers: how rows become a request and what a good reply looks like.
//
// Pure functions, without allocation beyond the caller's buffers; safe from any thread. Both sides:
// the client's (load) and the server's (standin).
//
// Source of the MLflow shape: MLflow 3 documentation, "MLflow Serving", REST API /invocations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loadline::inference {

/// Where MLflow's scoring server takes requests.
inline constexpr std::string_view kMlflowPath = "/invocations";

/// Appends `{"dataframe_split":{"columns":[…],"data":[[…],…]}}` made of the rows at `indexes`.
/// `rows[i]` holds one JSON text per column. Every index must lie within `rows`.
void AppendMlflowRequest(const std::vector<std::string>& columns,
                         const std::vector<std::vector<std::string>>& rows,
                         std::span<const std::size_t> indexes, std::string& out);

/// What is wrong with the body of an MLflow reply; empty: nothing. One of few constant texts:
/// `reply is not a JSON object`, `reply carries error_code`, `reply has no predictions`.
[[nodiscard]] std::string_view MlflowReplyFault(std::string_view body);

/// What a server reads from a request's body.
struct ModelRequest {
  enum class Shape {
    kPlain,    ///< Anything that is not MLflow's.
    kMlflow,   ///< dataframe_split, dataframe_records, inputs or instances.
    kPredict,  ///< instances, to the path of KServe's V1 or TensorFlow Serving.
    kInfer,    ///< inputs, to the path of KServe's V2.
  } shape = Shape::kPlain;
  std::int64_t rows = 1;        ///< Rows to score; 1 where the body does not say.
  std::optional<double> milli;  ///< `{"milli": 500}`: the service time asked for [ms], >= 0.
  std::string model{};          ///< kInfer: the name that the path says.
};

/// Reads the body of a request. An empty body is a plain request of one row.
///
/// A plain body's rows are the elements of its member `rows`, if that is an array, or of the whole
/// body if that is one. Errors: kInvalidArgument for an object or array that is not valid JSON, a
/// negative `milli`, or an MLflow body without data.
[[nodiscard]] Result<ModelRequest> ParseModelRequest(std::string_view body);

/// Replaces `out` by the reply to `request`: `{"predictions":[…]}` of MLflow and kPredict,
/// that of WriteV2Reply() for kInfer, or plain
/// `{"score":0.5,"rows":1,"model":"standin"}`. `score` is finite.
void WriteModelReply(const ModelRequest& request, double score, std::string& out);

/// Replaces `out` by an error as the shape writes it: MLflow's `{"error_code":…,"message":…}`, or
/// plain `{"error":…}`.
void WriteModelError(ModelRequest::Shape shape, std::string_view code, std::string_view message,
                     std::string& out);

}  // namespace loadline::inference
