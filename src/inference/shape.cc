#include "inference/shape.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "base/check.h"
#include "base/json_text.h"
#include "inference/predict.h"

namespace loadline::inference {
namespace {

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

// Elements of the array `raw`; -1 if it is no array. `raw` is valid JSON.
std::int64_t CountElements(std::string_view raw) {
  JsonReader in(raw);
  if (in.Peek() != JsonType::kArray || !in.BeginArray()) {
    return -1;
  }
  std::int64_t count = 0;
  std::string_view element;
  while (in.NextElement() && in.Skip(element)) {
    ++count;
  }
  return count;
}

// The member `name` of the object `raw`, if it is one and has it. `raw` is valid JSON.
std::optional<std::string_view> Member(std::string_view raw, std::string_view name) {
  JsonReader in(raw);
  if (in.Peek() != JsonType::kObject || !in.BeginObject()) {
    return std::nullopt;
  }
  std::string_view key;
  std::string_view value;
  while (in.NextMember(key) && in.Skip(value)) {
    if (JsonStringIs(key, name)) {
      return value;
    }
  }
  return std::nullopt;
}

// Rows of the value of an MLflow member; -1 if it holds none.
std::int64_t MlflowRows(std::string_view member, std::string_view value) {
  if (member == "dataframe_split") {
    const std::optional<std::string_view> data = Member(value, "data");
    return data.has_value() ? CountElements(*data) : -1;
  }
  const std::int64_t elements = CountElements(value);
  if (elements < 0 && member == "inputs") {
    // A named tensor per column: as many rows as the first has elements.
    JsonReader in(value);
    std::string_view key;
    std::string_view column;
    if (in.Peek() == JsonType::kObject && in.BeginObject() && in.NextMember(key) &&
        in.Skip(column)) {
      return CountElements(column);
    }
  }
  return elements;
}

constexpr std::array<std::string_view, 4> kMlflowMembers{"dataframe_split", "dataframe_records",
                                                         "inputs", "instances"};

// One member of a request's object.
Status ReadMember(std::string_view key, std::string_view value, ModelRequest& request) {
  for (const std::string_view member : kMlflowMembers) {
    if (JsonStringIs(key, member)) {
      const std::int64_t rows = MlflowRows(member, value);
      if (rows < 1) {
        return Invalid(fmt::format("{} holds no rows", member));
      }
      request.shape = ModelRequest::Shape::kMlflow;
      request.rows = rows;
      return {};
    }
  }
  if (JsonStringIs(key, "rows") && request.shape == ModelRequest::Shape::kPlain) {
    request.rows = std::max<std::int64_t>(1, CountElements(value));
  } else if (JsonStringIs(key, "milli")) {
    const std::optional<double> milli = JsonNumber(value);
    if (!milli.has_value() || *milli < 0.0) {
      return Invalid("milli must be a number of milliseconds, 0 or more");
    }
    request.milli = milli;
  }
  return {};
}

}  // namespace

void AppendMlflowRequest(const std::vector<std::string>& columns,
                         const std::vector<std::vector<std::string>>& rows,
                         std::span<const std::size_t> indexes, std::string& out) {
  out += R"({"dataframe_split":{"columns":[)";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) {
      out += ',';
    }
    AppendJsonString(columns[i], out);
  }
  out += R"(],"data":[)";
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    CHECK(indexes[i] < rows.size());
    out += i > 0 ? ",[" : "[";
    const std::vector<std::string>& row = rows[indexes[i]];
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (j > 0) {
        out += ',';
      }
      out += row[j];
    }
    out += ']';
  }
  out += "]}}";
}

std::string_view MlflowReplyFault(std::string_view body) {
  JsonReader in(body);
  if (in.Peek() != JsonType::kObject || !in.BeginObject()) {
    return "reply is not a JSON object";
  }
  bool has_predictions = false;
  std::string_view key;
  std::string_view value;
  while (in.NextMember(key) && in.Skip(value)) {
    if (JsonStringIs(key, "error_code")) {
      return "reply carries error_code";
    }
    has_predictions = has_predictions || JsonStringIs(key, "predictions");
  }
  if (!in.AtEnd()) {
    return "reply is not a JSON object";
  }
  return has_predictions ? std::string_view() : "reply has no predictions";
}

Result<ModelRequest> ParseModelRequest(std::string_view body) {
  ModelRequest request;
  JsonReader in(body);
  switch (in.Peek()) {
    case JsonType::kObject: {
      std::string_view key;
      std::string_view value;
      if (in.BeginObject()) {
        while (in.NextMember(key) && in.Skip(value)) {
          TRY(ReadMember(key, value, request));
        }
      }
      break;
    }
    case JsonType::kArray: {
      std::string_view whole;
      if (in.Skip(whole)) {
        request.rows = std::max<std::int64_t>(1, CountElements(whole));
      }
      break;
    }
    default:
      return request;  // No JSON container: whatever it is, it is one row.
  }
  if (!in.AtEnd()) {
    return Invalid(fmt::format("the body is not valid JSON (at byte {})", in.offset()));
  }
  return request;
}

void WriteModelReply(const ModelRequest& request, double score, std::string& out) {
  CHECK(std::isfinite(score));
  out.clear();
  if (request.shape == ModelRequest::Shape::kPlain) {
    fmt::format_to(std::back_inserter(out), R"({{"score":{},"rows":{},"model":"standin"}})", score,
                   request.rows);
    return;
  }
  if (request.shape == ModelRequest::Shape::kInfer) {
    WriteV2Reply(request.model, request.rows, score, out);
    return;
  }
  fmt::memory_buffer number;
  fmt::format_to(std::back_inserter(number), "{}", score);
  out += R"({"predictions":[)";
  for (std::int64_t i = 0; i < request.rows; ++i) {
    if (i > 0) {
      out += ',';
    }
    out.append(number.data(), number.size());
  }
  out += "]}";
}

void WriteModelError(ModelRequest::Shape shape, std::string_view code, std::string_view message,
                     std::string& out) {
  out.clear();
  if (shape == ModelRequest::Shape::kMlflow) {
    out += R"({"error_code":)";
    AppendJsonString(code, out);
    out += R"(,"message":)";
  } else {
    out += R"({"error":)";
  }
  AppendJsonString(message, out);
  out += '}';
}

}  // namespace loadline::inference
