// A kept sizing that reads can be drawn, and is the same after being kept again; what does not read
// says why.
// fuzz modules: report
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "report/size_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace report = loadline::report;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto page = report::ReadSizePage(text);
  if (!page) {
    CHECK(!page.error().message.empty());
    return 0;
  }
  CHECK(!report::SizeHtml(*page).empty());
  const auto again = report::ReadSizePage(report::SizePageDocument(*page));
  CHECK(again && *again == *page);
  return 0;
}
