// Any bytes as a scenario file: a model, or faults; never a crash, a hang or a disagreement between
// what is printed and what was read.
//
// fuzz modules: scenario measure arrival stats
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/json_text.h"
#include "scenario/build.h"
#include "scenario/render.h"
#include "scenario/show.h"
#include "scenario/testing.h"

namespace {

using namespace loadline;            // NOLINT: a fuzzer's only file
using namespace loadline::scenario;  // NOLINT: a fuzzer's only file

void AppendNothing(const Task&, const DataSet&, std::span<const std::size_t>, std::string&) {}

void RenderSome(const Scenario& scenario) {
  const Secrets secrets;
  const ShapeCodec codec{.append_request = AppendNothing, .fault_in_reply = nullptr};
  Renderer renderer(scenario, secrets, codec, 1);
  RenderedRequest out;
  for (const Task& task : scenario.tasks) {
    for (const std::uint64_t k : {std::uint64_t{0}, std::uint64_t{7}}) {
      if (renderer.Render(task, k, {}, out) && task.body_is_json) {
        CHECK(IsJson(out.body));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Surroundings surroundings =
      InMemory({{"p.csv", "name,age\nann,30\n\"b,\"\"o\",4\n"}, {"q.jsonl", "{\"x\": [1]}\n"}},
               {{"URL", "http://h:1/"}, {"X", "1"}});
  const std::string text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are text here
  if (text.empty()) {
    return 0;
  }
  for (const Command command : {Command::kRun, Command::kFind, Command::kVerify}) {
    static_cast<void>(Format(Build(MakeInput(command, "s.yaml", text), surroundings).faults));
  }
  const Built first = Build(MakeInput(Command::kShow, "s.yaml", text), surroundings);
  if (!first.ok()) {
    return 0;
  }
  const Built second =
      Build(MakeInput(Command::kShow, "s.yaml", Show(first.scenario)), surroundings);
  CHECK(second.ok());
  CHECK(second.scenario == first.scenario);
  RenderSome(first.scenario);
  return 0;
}
