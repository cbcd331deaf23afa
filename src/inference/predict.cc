#include "inference/predict.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/json_text.h"

namespace loadline::inference {
namespace {

constexpr std::string_view kNoObject = "reply is not a JSON object";

void AppendCells(const std::vector<std::string>& row, std::string& out) {
  const char* between = "";
  out += '[';
  for (const std::string& cell : row) {
    out += std::exchange(between, ",");
    out += cell;
  }
  out += ']';
}

void AppendObject(const Table& table, const std::vector<std::string>& row, std::string& out) {
  const char* between = "";
  out += '{';
  for (std::size_t i = 0; i < row.size(); ++i) {
    out += std::exchange(between, ",");
    AppendJsonString(table.columns[i], out);
    out += ':';
    out += row[i];
  }
  out += '}';
}

void AppendInstances(const Table& table, std::span<const std::size_t> indexes, bool named,
                     std::string& out) {
  const char* between = "";
  out += R"({"instances":[)";
  for (const std::size_t index : indexes) {
    CHECK(index < table.rows.size());
    const std::vector<std::string>& row = table.rows[index];
    out += std::exchange(between, ",");
    if (row.size() == 1) {
      out += row[0];
    } else if (named) {
      AppendObject(table, row, out);
    } else {
      AppendCells(row, out);
    }
  }
  out += "]}";
}

// `,3,2` for a cell of 3 lists of 2; nothing for a scalar.
void AppendCellShape(std::string_view cell, std::string& out) {
  JsonReader in(cell);
  if (in.Peek() != JsonType::kArray || !in.BeginArray()) {
    return;
  }
  std::string_view element;
  std::string_view first;
  std::int64_t count = 0;
  while (in.NextElement() && in.Skip(element)) {
    first = count++ == 0 ? element : first;
  }
  fmt::format_to(std::back_inserter(out), ",{}", count);
  AppendCellShape(first, out);
}

std::string_view ReplyFault(std::string_view body, std::string_view wanted,
                            std::string_view also_right, std::string_view missing) {
  JsonReader in(body);
  if (in.Peek() != JsonType::kObject || !in.BeginObject()) {
    return kNoObject;
  }
  bool found = false;
  bool error = false;
  std::string_view key;
  std::string_view value;
  while (in.NextMember(key) && in.Skip(value)) {
    error = error || (JsonStringIs(key, "error") && value != "null");
    found = found || JsonStringIs(key, wanted) ||
            (!also_right.empty() && JsonStringIs(key, also_right));
  }
  if (!in.AtEnd()) {
    return kNoObject;
  }
  if (error) {
    return "reply carries error";
  }
  return found ? std::string_view() : missing;
}

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

// The first element of an array of whole numbers; -1 if there is none.
std::int64_t FirstSize(std::string_view shape) {
  JsonReader in(shape);
  std::string_view element;
  if (in.Peek() != JsonType::kArray || !in.BeginArray() || !in.NextElement() || !in.Skip(element)) {
    return -1;
  }
  const std::optional<double> size = JsonNumber(element);
  return size && *size >= 1.0 && *size <= 1e6 ? static_cast<std::int64_t>(*size) : -1;
}

// Rows of the first tensor of `inputs`; -1 if there is none.
std::int64_t RowsOfInputs(std::string_view inputs) {
  JsonReader in(inputs);
  std::string_view key;
  std::string_view value;
  if (in.Peek() != JsonType::kArray || !in.BeginArray() || !in.NextElement() ||
      in.Peek() != JsonType::kObject || !in.BeginObject()) {
    return -1;
  }
  std::int64_t rows = -1;
  bool has_data = false;
  while (in.NextMember(key) && in.Skip(value)) {
    rows = JsonStringIs(key, "shape") ? FirstSize(value) : rows;
    has_data = has_data || JsonStringIs(key, "data");
  }
  return has_data ? rows : -1;
}

// All columns in one tensor.
void AppendMatrix(const Table& table, std::span<const std::size_t> indexes, std::string& out) {
  CHECK(table.datatypes.size() == 1);
  out += R"({"inputs":[{"name":)";
  AppendJsonString(table.tensor, out);
  fmt::format_to(std::back_inserter(out), R"(,"shape":[{},{})", indexes.size(),
                 table.columns.size());
  AppendCellShape(table.rows[indexes[0]][0], out);
  fmt::format_to(std::back_inserter(out), R"(],"datatype":"{}","data":[)", table.datatypes[0]);
  const char* between = "";
  for (const std::size_t index : indexes) {
    CHECK(index < table.rows.size());
    out += std::exchange(between, ",");
    AppendCells(table.rows[index], out);
  }
  out += "]}]}";
}

}  // namespace

void AppendV1Request(const Table& table, std::span<const std::size_t> indexes, std::string& out) {
  AppendInstances(table, indexes, /*named=*/false, out);
}

void AppendTfRequest(const Table& table, std::span<const std::size_t> indexes, std::string& out) {
  AppendInstances(table, indexes, /*named=*/true, out);
}

void AppendV2Request(const Table& table, std::span<const std::size_t> indexes, std::string& out) {
  CHECK(!indexes.empty());
  if (!table.tensor.empty()) {
    AppendMatrix(table, indexes, out);
    return;
  }
  CHECK(table.columns.size() == table.datatypes.size());
  out += R"({"inputs":[)";
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    out += column > 0 ? R"(,{"name":)" : R"({"name":)";
    AppendJsonString(table.columns[column], out);
    fmt::format_to(std::back_inserter(out), R"(,"shape":[{})", indexes.size());
    AppendCellShape(table.rows[indexes[0]][column], out);
    fmt::format_to(std::back_inserter(out), R"(],"datatype":"{}","data":[)",
                   table.datatypes[column]);
    const char* between = "";
    for (const std::size_t index : indexes) {
      CHECK(index < table.rows.size());
      out += std::exchange(between, ",");
      out += table.rows[index][column];
    }
    out += "]}";
  }
  out += "]}";
}

std::string_view V1ReplyFault(std::string_view body) {
  return ReplyFault(body, "predictions", "", "reply has no predictions");
}

std::string_view V2ReplyFault(std::string_view body) {
  return ReplyFault(body, "outputs", "", "reply has no outputs");
}

std::string_view TfReplyFault(std::string_view body) {
  return ReplyFault(body, "predictions", "outputs", "reply has no predictions");
}

PredictPath ParsePredictPath(std::string_view path) {
  using Kind = PredictPath::Kind;
  const bool v1 = path.starts_with("/v1/models/");
  if (!v1 && !path.starts_with("/v2/models/")) {
    return {};
  }
  path.remove_prefix(11);
  const std::size_t end = path.find_first_of(v1 ? "/:" : "/");
  const std::string_view model = path.substr(0, end);
  std::string_view rest = end == std::string_view::npos ? "" : path.substr(end);
  if (rest.starts_with("/versions/")) {
    const std::size_t next = rest.find_first_of("/:", 10);
    rest = next == std::string_view::npos ? "" : rest.substr(next);
  }
  if (model.empty()) {
    return {};
  }
  if (v1) {
    return {rest == ":predict"    ? Kind::kV1Predict
            : rest == "/metadata" ? Kind::kV1Metadata
            : rest.empty()        ? Kind::kV1Status
                                  : Kind::kNone,
            model};
  }
  return {rest == "/infer" ? Kind::kV2Infer
          : rest.empty()   ? Kind::kV2Metadata
                           : Kind::kNone,
          model};
}

Result<std::int64_t> V2Rows(std::string_view body) {
  JsonReader in(body);
  std::int64_t rows = -1;
  std::string_view key;
  std::string_view value;
  if (in.Peek() == JsonType::kObject && in.BeginObject()) {
    while (in.NextMember(key) && in.Skip(value)) {
      rows = JsonStringIs(key, "inputs") ? RowsOfInputs(value) : rows;
    }
  }
  if (!in.AtEnd()) {
    return Invalid(fmt::format("the body is not valid JSON (at byte {})", in.offset()));
  }
  if (rows < 1) {
    return Invalid("inputs must hold tensors with name, shape, datatype and data");
  }
  return rows;
}

void WriteV2Reply(std::string_view model, std::int64_t rows, double score, std::string& out) {
  out.clear();
  out += R"({"model_name":)";
  AppendJsonString(model, out);
  fmt::format_to(std::back_inserter(out),
                 R"(,"outputs":[{{"name":"score","shape":[{}],"datatype":"FP64","data":[)", rows);
  fmt::memory_buffer number;
  fmt::format_to(std::back_inserter(number), "{}", score);
  for (std::int64_t i = 0; i < rows; ++i) {
    out += i > 0 ? "," : "";
    out.append(number.data(), number.size());
  }
  out += "]}]}";
}

void WritePredictMetadata(const PredictPath& path, std::string& out) {
  std::string name;
  AppendJsonString(path.model, name);
  out.clear();
  const auto to = std::back_inserter(out);
  switch (path.kind) {
    case PredictPath::Kind::kV2Metadata:
      fmt::format_to(to,
                     R"({{"name":{},"versions":["1"],"platform":"loadline_standin","inputs":[)"
                     R"({{"name":"x","datatype":"FP64","shape":[-1]}}],"outputs":[)"
                     R"({{"name":"score","datatype":"FP64","shape":[-1]}}]}})",
                     name);
      return;
    case PredictPath::Kind::kV1Metadata:
      fmt::format_to(
          to,
          R"({{"model_spec":{{"name":{},"signature_name":"","version":"1"}},"metadata":)"
          R"({{"signature_def":{{"signature_def":{{"serving_default":{{"inputs":{{"x":)"
          R"({{"dtype":"DT_DOUBLE","tensor_shape":{{"dim":[{{"size":"-1"}}]}}}}}},"outputs":)"
          R"({{"score":{{"dtype":"DT_DOUBLE","tensor_shape":{{"dim":[{{"size":"-1"}}]}}}}}},)"
          R"("method_name":"tensorflow/serving/predict"}}}}}}}}}})",
          name);
      return;
    default:
      // KServe reads name and ready, TensorFlow Serving model_version_status.
      fmt::format_to(
          to,
          R"({{"name":{},"ready":true,"model_version_status":[{{"version":"1",)"
          R"("state":"AVAILABLE","status":{{"error_code":"OK","error_message":""}}}}]}})",
          name);
  }
}

}  // namespace loadline::inference
