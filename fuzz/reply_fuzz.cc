// Any bytes as what a server sends or a data file holds: checked, captured, read, never a crash.
//
// fuzz modules: scenario inference measure arrival stats
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/json_text.h"
#include "inference/shape.h"
#include "scenario/check_reply.h"
#include "scenario/check_text.h"
#include "scenario/data.h"

namespace {

using namespace loadline;            // NOLINT: a fuzzer's only file
using namespace loadline::scenario;  // NOLINT: a fuzzer's only file

Task MakeTask() {
  Task task;
  for (const char* text :
       {"$.a[*].b >= 0", "$['x'] == \"y\"", "body matches (a|b)*c$", "header X-Id contains z"}) {
    task.checks.push_back(*ParseCheck(text));
  }
  task.captures.push_back({.name = "t", .json_path = "$.t", .header = {}, .index = 0});
  task.captures.push_back({.name = "h", .json_path = {}, .header = "X-Id", .index = 1});
  return task;
}

void ReadAsData(std::string_view text) {
  for (const auto read : {&ReadCsv, &ReadJsonLines}) {
    DataSet set;
    if (!read(text, set).has_value()) {
      continue;
    }
    CHECK(set.rows.size() == set.row_json.size());
    for (std::size_t i = 0; i < set.rows.size(); ++i) {
      CHECK(set.rows[i].size() == set.columns.size());
      CHECK(IsJson(set.row_json[i]));
      for (const std::string& cell : set.rows[i]) {
        CHECK(IsJson(cell));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Task task = MakeTask();
  static ReplyChecker checker(task, {});
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are text
  const ReplyView reply{.status = 200, .head = text, .body = text};
  static_cast<void>(checker.Check(reply));
  Captured captured;
  static_cast<void>(CaptureFrom(task, reply, captured));
  static_cast<void>(inference::MlflowReplyFault(text));
  const Result<inference::ModelRequest> request = inference::ParseModelRequest(text);
  CHECK(!request.has_value() || request->rows >= 1);
  static_cast<void>(ParseCheck(text));
  static_cast<void>(measure::ParseObjective(text));
  ReadAsData(text);
  return 0;
}
