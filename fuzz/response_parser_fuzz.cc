// A response cut into pieces must give the same result as the whole, and neither may misbehave.
//
// The input's first bytes say how to cut it: HEAD or not, the head's limit, the sizes of the
// pieces (each used in turn), and whether the connection is closed at the end; the rest is what
// the server sent.
// fuzz modules: http
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/response_parser.h"

namespace {

using loadline::http::BodyCapture;
using loadline::http::ParseState;
using loadline::http::ResponseParser;

struct Setup {
  bool head_request = false;
  bool close = false;
  std::uint32_t head_limit = 0;
};

// Feeds `text` in pieces, each from memory of its own that is gone afterwards, so that a view kept
// into an earlier piece is found by the address sanitizer. Returns what belonged to the response.
std::size_t FeedInPieces(ResponseParser& parser, std::string_view text,
                         const std::vector<std::size_t>& sizes) {
  std::size_t consumed = 0;
  for (std::size_t i = 0; consumed < text.size(); ++i) {
    const std::size_t size = std::min(sizes[i % sizes.size()], text.size() - consumed);
    const auto piece = std::make_unique<char[]>(size);
    std::copy_n(text.data() + consumed, size, piece.get());
    const std::size_t taken = parser.Feed({piece.get(), size});
    CHECK(taken <= size);
    consumed += taken;
    if (parser.state() == ParseState::kDone || parser.state() == ParseState::kFailed) {
      // The views may point into this piece: use them while it is there.
      CHECK(parser.state() == ParseState::kFailed || parser.head().size() >= 12);
      CHECK(parser.Header("date").value_or("").size() <= parser.head().size());
      break;
    }
    CHECK(taken == size);
  }
  return consumed;
}

void Compare(const Setup& setup, std::string_view text, const std::vector<std::size_t>& sizes) {
  ResponseParser whole(setup.head_limit);
  ResponseParser pieces(setup.head_limit);
  BodyCapture whole_body(1 << 20);
  BodyCapture pieces_body(1 << 20);
  whole.Expect(setup.head_request, &whole_body);
  pieces.Expect(setup.head_request, &pieces_body);
  const std::size_t consumed = whole.Feed(text);
  const std::size_t consumed_in_pieces = FeedInPieces(pieces, text, sizes);
  if (setup.close) {
    whole.OnClose();
    pieces.OnClose();
  }
  CHECK(whole.state() == pieces.state());
  CHECK(whole.fault() == pieces.fault());
  CHECK(whole.interim_responses() == pieces.interim_responses());
  if (whole.state() == ParseState::kBody || whole.state() == ParseState::kDone) {
    CHECK(consumed == consumed_in_pieces);
    CHECK(whole.status() == pieces.status() && whole.status() >= 200);
    CHECK(whole.keep_alive() == pieces.keep_alive());
    CHECK(whole.is_http_1_1() == pieces.is_http_1_1());
    CHECK(whole.chunked() == pieces.chunked());
    CHECK(whole.content_length() == pieces.content_length());
    CHECK(whole.retry_after() == pieces.retry_after());
    CHECK(whole.body_bytes() == pieces.body_bytes());
    CHECK(whole.body_bytes() <= text.size());
    CHECK(whole_body.total() == whole.body_bytes());
  }
  if (whole.state() == ParseState::kBody) {
    // Views that outlive the pieces: the parser has copied them.
    CHECK(whole.head() == pieces.head());
    CHECK(whole_body.view() == pieces_body.view());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kSetupBytes = 4;
  if (size < kSetupBytes) {
    return 0;
  }
  const Setup setup{.head_request = (data[0] & 1) != 0,
                    .close = (data[0] & 2) != 0,
                    .head_limit = 64 + static_cast<std::uint32_t>(data[1]) * 4};
  const std::vector<std::size_t> sizes = {data[2] % 64U + 1U, data[3] % 64U + 1U};
  const std::string text(reinterpret_cast<const char*>(data) + kSetupBytes, size - kSetupBytes);
  Compare(setup, text, sizes);
  Compare(setup, text, {1});
  return 0;
}
