// A URL that is accepted has a normal form that is accepted and means the same; a request made of
// it is one request line and one Host header.
// fuzz modules: http
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/request.h"
#include "http/url.h"

using loadline::Result;
using loadline::http::ParseUrl;
using loadline::http::ResolveUrl;
using loadline::http::Url;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<Url> base = ParseUrl("http://example.com/a/b?c");
  CHECK(base.has_value());
  for (const Result<Url>& url : {ParseUrl(text), ResolveUrl(*base, text)}) {
    if (!url.has_value()) {
      CHECK(url.error().code == loadline::ErrorCode::kInvalidArgument);
      continue;
    }
    const Result<Url> again = ParseUrl(url->Text());
    CHECK(again.has_value());
    CHECK(*again == *url);
    const Result<Url> self = ResolveUrl(*url, "");
    CHECK(self.has_value() && *self == *url);

    std::string request;
    CHECK(loadline::http::SerializeRequest({.target = url->target, .host = url->HostHeader()},
                                           request)
              .has_value());
    CHECK(loadline::http::HeadSize(request) == request.size());
    CHECK(std::count(request.begin(), request.end(), '\n') == 3);
  }
  return 0;
}
