// Any bytes as a curl command, a HAR file or an API's description: read or refused, never a crash;
// what is written is YAML, and a command written from it reads back.
// fuzz modules: convert scenario http measure arrival stats
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "convert/curl.h"
#include "convert/curl_command.h"
#include "convert/draft.h"
#include "convert/har.h"
#include "convert/openapi.h"
#include "scenario/tree.h"

namespace {

using namespace loadline;           // NOLINT: a fuzzer's only file
using namespace loadline::convert;  // NOLINT: a fuzzer's only file

void Write(Result<Found> found) {
  if (!found.has_value()) {
    CHECK(!found.error().message.empty());
    return;
  }
  const Result<Draft> draft = MakeDraft(*std::move(found));
  if (!draft.has_value()) {
    return;
  }
  for (const Request& task : draft->tasks) {
    CHECK(FindHeader(task.headers, "Authorization") == nullptr);
    CHECK(FindHeader(task.headers, "Cookie") == nullptr);
  }
  const Result<std::string> yaml = WriteYaml(*draft, "Fuzzed.");
  if (yaml.has_value()) {
    std::vector<scenario::Fault> faults;
    static_cast<void>(scenario::ReadYaml(*yaml, "f.yaml", faults));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Write(ReadCurlText(text));
  Write(ReadHar(text, {}));
  Write(ReadOpenApi(text, {}));
  CurlRequest request;
  request.url = "http://h/";
  request.has_body = true;
  request.body = text;
  if (text.find('\0') == std::string::npos) {
    const Result<Found> back = ReadCurlText(CurlCommand(request));
    CHECK(back.has_value() && back->requests.size() == 1);
  }
  return 0;
}
