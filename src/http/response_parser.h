// ResponseParser: HTTP/1.1 responses of one connection, one after the other, in pieces of any size.
//
// A small response that lies whole in one buffer is parsed in place: no copy, no allocation. The
// result never depends on how the bytes were cut into pieces (fuzzed). Belongs to one thread.
//
// Use:
//     parser.Expect(is_head_request, capture);                  // before or when sending
//     on bytes:   consumed = parser.Feed(bytes);                // then look at state()
//     on the end: parser.OnClose();                             // kDone or kFailed afterwards
//     kDone: consumed < bytes.size() means unsolicited bytes; Expect() again only for a new
//     request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "http/body_capture.h"
#include "http/response_fault.h"

namespace loadline::http {

enum class ParseState : std::uint8_t {
  kIdle,    ///< No response is expected: Feed() takes nothing.
  kHead,    ///< Waiting for the end of the head (of an interim one, or of the final one).
  kBody,    ///< The final head is known: status() and the like may be asked.
  kDone,    ///< The response is complete.
  kFailed,  ///< fault() says why; the connection is of no more use.
};

class ResponseParser {
 public:
  static constexpr std::uint32_t kDefaultHeadLimit = 64 * 1024;
  /// Longest line with a chunk's size, extensions included.
  static constexpr std::uint32_t kChunkLineLimit = 8 * 1024;

  /// `head_limit`: longest head (and longest trailers) in bytes, at least 64.
  explicit ResponseParser(std::uint32_t head_limit = kDefaultHeadLimit);
  ResponseParser(const ResponseParser&) = delete;  // head() may point into the parser.
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Gets ready for the response to a request that is about to be sent. `head_request`: it was
  /// HEAD, so no body follows whatever the headers say. `capture` (may be null) is cleared and
  /// receives the body; it must outlive the response.
  void Expect(bool head_request, BodyCapture* capture = nullptr);

  /// Takes bytes; returns how many belonged to this response. Fewer than given only if the state is
  /// kDone (the rest is unsolicited), kFailed or kIdle.
  std::size_t Feed(std::string_view bytes);

  /// The peer closed in good order: completes a body that ends with the connection, else faults.
  void OnClose();

  [[nodiscard]] ParseState state() const { return state_; }
  [[nodiscard]] bool done() const { return state_ == ParseState::kDone; }
  [[nodiscard]] ResponseFault fault() const { return fault_; }

  // The final response, once the state is kBody or kDone.

  /// 200 to 999; 0 while unknown.
  [[nodiscard]] int status() const { return status_; }
  /// False for HTTP/1.0.
  [[nodiscard]] bool is_http_1_1() const { return http_1_1_; }
  /// The connection may carry another request after this response.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// Announced by Content-Length, whether a body follows or not (HEAD); absent if chunked etc.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const {
    return has_length_ ? std::optional<std::uint64_t>(content_length_) : std::nullopt;
  }
  [[nodiscard]] bool chunked() const { return chunked_; }
  /// Bytes of body so far, framing removed.
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// Retry-After in whole seconds; absent if not sent, or given as a date.
  [[nodiscard]] std::optional<Duration> retry_after() const {
    return retry_after_s_ >= 0 ? std::optional<Duration>(std::chrono::seconds(retry_after_s_))
                               : std::nullopt;
  }
  /// Interim (1xx) responses that came before it.
  [[nodiscard]] std::uint32_t interim_responses() const { return interim_responses_; }

  /// The final response's head as received, blank line included. Valid until the next Expect(); but
  /// if the whole response came in one Feed(), only until those bytes are overwritten.
  [[nodiscard]] std::string_view head() const { return head_; }

  /// The first header of that name (any case), without blanks around it. Valid as head() is.
  /// Looks through the head: for checks and for Location, not for every response.
  [[nodiscard]] std::optional<std::string_view> Header(std::string_view name) const;

 private:
  /// What the next byte of the body is.
  enum class Body : std::uint8_t {
    kLength,          // One of content_length_ bytes.
    kUntilClose,      // Whatever comes.
    kChunkSize,       // A hexadecimal digit, or what ends them.
    kChunkExtension,  // Anything up to CR.
    kChunkLineEnd,    // LF.
    kChunkData,
    kChunkDataCr,
    kChunkDataLf,
    kTrailerStart,  // First byte of a trailer line, or CR of the blank line.
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kLastLf,  // LF of the blank line.
  };

  // The head (response_parser.cc).
  std::size_t FeedHead(std::string_view bytes);
  std::size_t FeedSplitHead(std::string_view bytes);
  /// Parses the lines of `head` from next_line_ on; true if the head has ended, at next_line_.
  /// False: it failed, or more is needed.
  bool ParseLines(std::string_view head);
  enum class Line : std::uint8_t { kParsed, kEnd, kIncomplete };
  Line ParseStatusLine(std::string_view head);
  Line ParseHeaderLine(std::string_view head);
  Line FinishLine(std::string_view head, const char* at);
  Line FailLine(ResponseFault fault);
  void NoteHeader(std::string_view name, std::string_view value);
  void NoteContentLength(std::string_view value);
  void NoteConnection(std::string_view value);
  void StartHead();
  void OnHeadEnd();
  void ChooseBody();

  // The body (response_body.cc).
  std::size_t FeedBody(std::string_view bytes);
  std::size_t FeedChunked(std::string_view bytes);
  void FeedChunkLine(char c);
  void FeedTrailer(char c);
  void AddBody(std::string_view piece);
  void Fail(ResponseFault fault);
  void KeepViews();

  // Constant after construction.
  std::uint32_t head_limit_;
  // Of the present response.
  ParseState state_ = ParseState::kIdle;
  ResponseFault fault_ = ResponseFault::kNone;
  Body body_ = Body::kLength;
  bool head_request_ = false;
  bool any_bytes_ = false;
  bool http_1_1_ = true;
  bool keep_alive_ = true;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool has_length_ = false;
  bool chunked_ = false;
  std::uint16_t status_ = 0;
  std::uint32_t next_line_ = 0;   // Offset of the first line of the head that is not yet parsed.
  std::uint32_t line_bytes_ = 0;  // Of a chunk's line, or of all trailers.
  std::uint32_t interim_responses_ = 0;
  std::uint64_t content_length_ = 0;
  std::uint64_t left_ = 0;  // Of the body, or of the chunk.
  std::uint64_t body_bytes_ = 0;
  std::int64_t retry_after_s_ = -1;
  BodyCapture* capture_ = nullptr;
  std::string_view head_;  // Points into the bytes fed, or into head_copy_.
  std::string head_copy_;  // Of a head that came in pieces, or whose body did.
};

}  // namespace loadline::http
