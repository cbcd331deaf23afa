#include "http/response_parser.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "http/chars.h"

namespace loadline::http {
namespace {

constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int64_t>::max();

// How many bytes of a split head are taken at a time, so that a long body behind it is not copied.
constexpr std::size_t kSplitHeadStep = 1024;

bool IsInterim(int status) {
  return status < 200;
}

// No body whatever the headers say (RFC 9112 6.3, rule 1).
bool NeverHasBody(int status) {
  return status == 204 || status == 304;
}

// Takes the next element of a comma-separated list off the front of `list`.
std::string_view TakeElement(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view element = TrimBlanks(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

}  // namespace

ResponseParser::ResponseParser(std::uint32_t head_limit) : head_limit_(head_limit) {
  CHECK(head_limit >= 64);
}

void ResponseParser::Expect(bool head_request, BodyCapture* capture) {
  state_ = ParseState::kHead;
  fault_ = ResponseFault::kNone;
  head_request_ = head_request;
  any_bytes_ = false;
  interim_responses_ = 0;
  body_bytes_ = 0;
  capture_ = capture;
  if (capture_ != nullptr) {
    capture_->Clear();
  }
  StartHead();
}

void ResponseParser::StartHead() {
  http_1_1_ = true;
  keep_alive_ = true;
  says_close_ = false;
  says_keep_alive_ = false;
  has_length_ = false;
  chunked_ = false;
  status_ = 0;
  next_line_ = 0;
  content_length_ = 0;
  retry_after_s_ = -1;
  head_ = {};
  head_copy_.clear();
}

std::size_t ResponseParser::Feed(std::string_view bytes) {
  std::size_t consumed = 0;
  any_bytes_ = any_bytes_ || !bytes.empty();
  while (consumed < bytes.size() && state_ == ParseState::kHead) {
    consumed += FeedHead(bytes.substr(consumed));
  }
  if (state_ == ParseState::kBody) {
    consumed += FeedBody(bytes.substr(consumed));
    if (state_ == ParseState::kBody) {
      KeepViews();
    }
  }
  return consumed;
}

std::size_t ResponseParser::FeedHead(std::string_view bytes) {
  if (!head_copy_.empty()) {
    return FeedSplitHead(bytes);
  }
  const std::string_view within = bytes.substr(0, head_limit_);
  if (ParseLines(within)) {
    const std::size_t size = next_line_;
    head_ = within.substr(0, size);
    OnHeadEnd();
    return size;
  }
  if (state_ == ParseState::kHead) {
    if (within.size() == head_limit_) {
      Fail(ResponseFault::kHeadTooLarge);
    } else {
      head_copy_.assign(within);
    }
  }
  return within.size();
}

std::size_t ResponseParser::FeedSplitHead(std::string_view bytes) {
  std::size_t consumed = 0;
  while (consumed < bytes.size()) {
    const std::size_t before = head_copy_.size();
    head_copy_.append(bytes.substr(consumed, std::min(kSplitHeadStep, head_limit_ - before)));
    if (ParseLines(head_copy_)) {
      consumed += next_line_ - before;
      head_copy_.resize(next_line_);
      head_ = head_copy_;
      OnHeadEnd();
      return consumed;
    }
    consumed += head_copy_.size() - before;
    if (state_ == ParseState::kFailed) {
      return consumed;
    }
    if (head_copy_.size() == head_limit_) {
      Fail(ResponseFault::kHeadTooLarge);
      return consumed;
    }
  }
  return consumed;
}

// Bytes are judged strictly from left to right and a line is acted upon only when it is complete:
// that is why it does not matter how the head was cut into pieces.
bool ResponseParser::ParseLines(std::string_view head) {
  if (next_line_ == 0 && ParseStatusLine(head) != Line::kParsed) {
    return false;
  }
  while (true) {
    const Line line = ParseHeaderLine(head);
    if (line != Line::kParsed) {
      return line == Line::kEnd;
    }
  }
}

ResponseParser::Line ResponseParser::ParseStatusLine(std::string_view head) {
  constexpr std::string_view kStart = "HTTP/1.";
  const std::size_t known = std::min(head.size(), kStart.size());
  if (std::memcmp(head.data(), kStart.data(), known) != 0) {
    const bool is_other_version =
        head.size() > 5 && head.starts_with("HTTP/") && IsDigit(head[5]) && head[5] != '1';
    return FailLine(is_other_version ? ResponseFault::kUnsupportedVersion
                                     : ResponseFault::kNotHttp);
  }
  // Minor version, space, three digits of status: `1 200`.
  constexpr std::size_t kReason = 12;
  for (std::size_t i = kStart.size(); i < std::min(head.size(), kReason); ++i) {
    if (i == 8 ? head[i] != ' ' : !IsDigit(head[i])) {
      return FailLine(ResponseFault::kBadStatusLine);
    }
  }
  if (head.size() > 9 && head[9] == '0') {
    return FailLine(ResponseFault::kBadStatusLine);
  }
  if (head.size() <= kReason) {
    return Line::kIncomplete;
  }
  // Some servers leave out the space before an empty reason.
  if (head[kReason] != ' ' && head[kReason] != '\r') {
    return FailLine(ResponseFault::kBadStatusLine);
  }
  const Line line =
      FinishLine(head, FindForbiddenInValue(head.data() + kReason, head.data() + head.size()));
  if (line == Line::kParsed) {
    http_1_1_ = head[7] != '0';
    status_ = static_cast<std::uint16_t>((head[9] - '0') * 100 + (head[10] - '0') * 10 +
                                         (head[11] - '0'));
  }
  return line;
}

ResponseParser::Line ResponseParser::ParseHeaderLine(std::string_view head) {
  const char* const begin = head.data() + next_line_;
  const char* const end = head.data() + head.size();
  const char* at = begin;
  while (at < end && IsTokenChar(*at)) {
    ++at;
  }
  if (at == end) {
    return Line::kIncomplete;
  }
  if (*at != ':' || at == begin) {
    if (at == begin && *at == '\r') {
      if (at + 1 == end) {
        return Line::kIncomplete;
      }
      if (at[1] == '\n') {
        next_line_ += 2;
        return Line::kEnd;
      }
    }
    if (at == begin && IsBlank(*at)) {
      return FailLine(ResponseFault::kFoldedHeader);
    }
    return FailLine(*at == '\n' ? ResponseFault::kBareLineFeed : ResponseFault::kBadHeaderName);
  }
  const std::string_view name(begin, static_cast<std::size_t>(at - begin));
  const char* const value = at + 1;
  const char* const value_end = FindForbiddenInValue(value, end);
  const Line line = FinishLine(head, value_end);
  if (line == Line::kParsed) {
    NoteHeader(name, {value, static_cast<std::size_t>(value_end - value)});
    return state_ == ParseState::kHead ? line : Line::kIncomplete;
  }
  return line;
}

// `at` is the first byte that may not stand in a value: it should be the CR of a line's end.
ResponseParser::Line ResponseParser::FinishLine(std::string_view head, const char* at) {
  const char* const end = head.data() + head.size();
  if (at == end) {
    return Line::kIncomplete;
  }
  if (*at == '\n') {
    return FailLine(ResponseFault::kBareLineFeed);
  }
  if (*at != '\r') {
    return FailLine(ResponseFault::kBadHeaderValue);
  }
  if (at + 1 == end) {
    return Line::kIncomplete;
  }
  if (at[1] != '\n') {
    return FailLine(ResponseFault::kBadHeaderValue);
  }
  next_line_ = static_cast<std::uint32_t>(at + 2 - head.data());
  return Line::kParsed;
}

ResponseParser::Line ResponseParser::FailLine(ResponseFault fault) {
  Fail(fault);
  return Line::kIncomplete;
}

void ResponseParser::NoteHeader(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 10:
      if (EqualsIgnoreCase(name, "connection")) {
        NoteConnection(value);
      }
      break;
    case 11:
      if (EqualsIgnoreCase(name, "retry-after")) {
        const std::string_view seconds = TrimBlanks(value);
        const bool is_number = !seconds.empty() && seconds.size() <= 9 &&
                               std::all_of(seconds.begin(), seconds.end(), IsDigit);
        retry_after_s_ = is_number ? 0 : -1;
        for (const char digit : is_number ? seconds : std::string_view()) {
          retry_after_s_ = retry_after_s_ * 10 + (digit - '0');
        }
      }
      break;
    case 14:
      if (EqualsIgnoreCase(name, "content-length")) {
        NoteContentLength(value);
      }
      break;
    case 17:
      if (EqualsIgnoreCase(name, "transfer-encoding")) {
        if (chunked_ || !EqualsIgnoreCase(TrimBlanks(value), "chunked")) {
          Fail(ResponseFault::kBadTransferEncoding);
        }
        chunked_ = true;
      }
      break;
    default:
      break;
  }
}

// A list of equal lengths is allowed (RFC 9110 8.6).
void ResponseParser::NoteContentLength(std::string_view value) {
  do {
    const std::string_view digits = TakeElement(value);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), IsDigit)) {
      return Fail(ResponseFault::kBadContentLength);
    }
    std::uint64_t length = 0;
    for (const char c : digits) {
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (length > (kMostBytes - digit) / 10) {
        return Fail(ResponseFault::kContentLengthOverflow);
      }
      length = length * 10 + digit;
    }
    if (has_length_ && length != content_length_) {
      return Fail(ResponseFault::kConflictingContentLength);
    }
    has_length_ = true;
    content_length_ = length;
  } while (!value.empty());
}

void ResponseParser::NoteConnection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = TakeElement(value);
    says_close_ = says_close_ || EqualsIgnoreCase(option, "close");
    says_keep_alive_ = says_keep_alive_ || EqualsIgnoreCase(option, "keep-alive");
  }
}

void ResponseParser::OnHeadEnd() {
  if (!IsInterim(status_)) {
    ChooseBody();
  } else if (status_ == 101) {
    Fail(ResponseFault::kUnexpectedUpgrade);
  } else {
    ++interim_responses_;
    StartHead();
  }
}

// RFC 9112 6.3 (how long the body is) and 9.3 (whether the connection persists).
void ResponseParser::ChooseBody() {
  keep_alive_ = !says_close_ && (http_1_1_ || says_keep_alive_);
  state_ = ParseState::kBody;
  if (head_request_ || NeverHasBody(status_)) {
    state_ = ParseState::kDone;
  } else if (chunked_ && has_length_) {
    Fail(ResponseFault::kBothLengths);
  } else if (chunked_) {
    body_ = Body::kChunkSize;
    line_bytes_ = 0;
    left_ = 0;
    keep_alive_ =
        keep_alive_ && http_1_1_;  // Chunks in HTTP/1.0: its framing is not to be trusted.
  } else if (has_length_) {
    body_ = Body::kLength;
    left_ = content_length_;
    if (left_ == 0) {
      state_ = ParseState::kDone;
    }
  } else {
    body_ = Body::kUntilClose;
    keep_alive_ = false;
  }
}

void ResponseParser::Fail(ResponseFault fault) {
  state_ = ParseState::kFailed;
  fault_ = fault;
  keep_alive_ = false;
}

void ResponseParser::KeepViews() {
  if (head_.data() != head_copy_.data()) {
    head_copy_.assign(head_);
    head_ = head_copy_;
  }
  if (capture_ != nullptr) {
    capture_->Own();
  }
}

void ResponseParser::OnClose() {
  if (state_ == ParseState::kHead) {
    Fail(any_bytes_ ? ResponseFault::kClosedInHead : ResponseFault::kClosedBeforeResponse);
  } else if (state_ == ParseState::kBody) {
    if (body_ == Body::kUntilClose) {
      state_ = ParseState::kDone;
    } else {
      Fail(ResponseFault::kClosedInBody);
    }
  }
}

std::optional<std::string_view> ResponseParser::Header(std::string_view name) const {
  std::string_view rest = head_;
  while (!rest.empty()) {
    const std::size_t line_end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, line_end);
    rest.remove_prefix(std::min(line_end + 2, rest.size()));
    // The status line has no colon right behind a name that could be asked for.
    if (line.size() > name.size() && line[name.size()] == ':' &&
        EqualsIgnoreCase(line.substr(0, name.size()), name)) {
      return TrimBlanks(line.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

}  // namespace loadline::http
