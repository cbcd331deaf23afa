// Whatever a data row holds, a request that is written out has exactly the lines it should have.
//
// The input is method, target, header name, header value and body, separated by bytes 0xff.
// fuzz modules: http
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/request.h"

namespace http = loadline::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::string, 5> fields;
  std::size_t field = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0xff && field + 1 < fields.size()) {
      ++field;
    } else {
      fields[field] += static_cast<char>(data[i]);
    }
  }
  const std::array<http::HeaderView, 1> headers = {{{fields[2], fields[3]}}};
  std::string out;
  if (!http::SerializeRequest({.method = fields[0],
                               .target = fields[1],
                               .host = "h",
                               .headers = headers,
                               .body = fields[4]},
                              out)
           .has_value()) {
    return 0;
  }
  const std::size_t head_size = http::HeadSize(out);
  CHECK(out.substr(head_size) == fields[4]);
  std::size_t lines = 0;
  for (std::size_t i = 0; i < head_size; ++i) {
    lines += out[i] == '\n' ? 1 : 0;
    CHECK(out[i] != '\n' || out[i - 1] == '\r');
    CHECK(out[i] != '\r' || out[i + 1] == '\n');
    CHECK(out[i] != '\0');
  }
  // Request line, Host (ours or theirs), the header, a length if there is a body, the blank line.
  CHECK(lines >= 3 && lines <= 5);
  CHECK(out.starts_with(fields[0] + " " + fields[1] + " HTTP/1.1\r\n"));
  return 0;
}
