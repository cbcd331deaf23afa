// The predict protocols of KServe and TensorFlow Serving: rows as typed tensors, what a good reply
// looks like, and the server's side of both for the stand-in.
//
// Pure functions, without allocation beyond the caller's buffers; safe from any thread.
//
// Sources: KServe V1 protocol,
// https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol ; Open
// Inference Protocol (KServe V2), https://github.com/kserve/open-inference-protocol , REST
// specification; TensorFlow Serving RESTful API, https://www.tensorflow.org/tfx/serving/api_rest
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

/// Cells of a table as JSON texts. For V2: the datatype of each column, which its cells have; or
/// the name of one tensor for all columns, whose datatype is the first.
struct Table {
  const std::vector<std::string>& columns;
  const std::vector<std::string>& datatypes;
  const std::vector<std::vector<std::string>>& rows;
  std::string_view tensor = {};
};

/// Appends `{"instances":[…]}`, KServe's V1: an instance is the list of a row's cells; of a single
/// column the cell itself, so that a cell may hold a whole tensor. Every index must lie in `rows`.
void AppendV1Request(const Table& table, std::span<const std::size_t> indexes, std::string& out);

/// Appends `{"instances":[…]}` as TensorFlow Serving reads rows: an instance is an object of named
/// inputs; of a single column the cell itself.
void AppendTfRequest(const Table& table, std::span<const std::size_t> indexes, std::string& out);

/// Appends `{"inputs":[…]}`, KServe's V2: a tensor per column with name, shape, datatype and data.
/// The shape is [rows], followed by the sizes of the first cell where it is a (nested) list. With
/// `tensor` one tensor of shape [rows, columns, …], an element of it a row's list of cells.
void AppendV2Request(const Table& table, std::span<const std::size_t> indexes, std::string& out);

/// What is wrong with the body of a reply; empty: nothing. One of few constant texts: `reply is not
/// a JSON object`, `reply carries error`, `reply has no predictions`, `reply has no outputs`.
/// TensorFlow Serving answers rows with `predictions` and columns with `outputs`: either is right.
[[nodiscard]] std::string_view V1ReplyFault(std::string_view body);
[[nodiscard]] std::string_view V2ReplyFault(std::string_view body);
[[nodiscard]] std::string_view TfReplyFault(std::string_view body);

/// Which model and protocol a path of the server's side means.
struct PredictPath {
  enum class Kind {
    kNone,        ///< Another path.
    kV1Predict,   ///< POST /v1/models/NAME:predict, KServe's V1 and TensorFlow Serving.
    kV1Status,    ///< GET /v1/models/NAME
    kV1Metadata,  ///< GET /v1/models/NAME/metadata, TensorFlow Serving.
    kV2Infer,     ///< POST /v2/models/NAME/infer
    kV2Metadata,  ///< GET /v2/models/NAME
  } kind = Kind::kNone;
  std::string_view model;  ///< A view of the path.
};
/// `/versions/N` behind the model's name is allowed for and not kept.
[[nodiscard]] PredictPath ParsePredictPath(std::string_view path);

/// Rows that a V2 request asks to score: the first size of its first tensor's shape.
/// Errors: kInvalidArgument: no JSON, no inputs, a tensor without shape and data.
[[nodiscard]] Result<std::int64_t> V2Rows(std::string_view body);

/// Replaces `out` by `{"model_name":…,"outputs":[…]}` with one score per row.
void WriteV2Reply(std::string_view model, std::int64_t rows, double score, std::string& out);

/// Replaces `out` by the description of the stand-in's model, `x` in and `score` out, or its state.
void WritePredictMetadata(const PredictPath& path, std::string& out);

}  // namespace loadline::inference
