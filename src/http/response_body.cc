// The part of ResponseParser that reads bodies. Chunked framing, byte by byte but for the data:
//
//   kChunkSize --hex--> kChunkSize --';' or blank--> kChunkExtension --CR--> kChunkLineEnd
//        |------------------------------CR-------------------------------------^   | LF
//   kChunkLineEnd: size > 0 -> kChunkData -> kChunkDataCr -> kChunkDataLf -> kChunkSize
//                  size = 0 -> kTrailerStart
//   kTrailerStart --name--> kTrailerName --':'--> kTrailerValue --CR--> kTrailerLf -> kTrailerStart
//        |--CR--> kLastLf --LF--> done
#include <algorithm>
#include <limits>

#include "http/chars.h"
#include "http/response_parser.h"

namespace loadline::http {
namespace {
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int64_t>::max();
}  // namespace

std::size_t ResponseParser::FeedBody(std::string_view bytes) {
  switch (body_) {
    case Body::kUntilClose:
      AddBody(bytes);
      return bytes.size();
    case Body::kLength: {
      const std::size_t taken =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      AddBody(bytes.substr(0, taken));
      left_ -= taken;
      if (left_ == 0) {
        state_ = ParseState::kDone;
      }
      return taken;
    }
    default:
      return FeedChunked(bytes);
  }
}

std::size_t ResponseParser::FeedChunked(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == ParseState::kBody) {
    if (body_ == Body::kChunkData) {
      const std::size_t taken =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
      AddBody(bytes.substr(at, taken));
      left_ -= taken;
      at += taken;
      if (left_ == 0) {
        body_ = Body::kChunkDataCr;
      }
    } else if (body_ < Body::kTrailerStart) {
      FeedChunkLine(bytes[at]);
      ++at;
    } else {
      FeedTrailer(bytes[at]);
      ++at;
    }
  }
  return at;
}

void ResponseParser::FeedChunkLine(char c) {
  if (body_ == Body::kChunkDataCr || body_ == Body::kChunkDataLf) {
    if (c != (body_ == Body::kChunkDataCr ? '\r' : '\n')) {
      return Fail(c == '\n' ? ResponseFault::kBareLineFeed : ResponseFault::kBadChunkEnd);
    }
    body_ = body_ == Body::kChunkDataCr ? Body::kChunkDataLf : Body::kChunkSize;
    line_bytes_ = 0;
    return;
  }
  if (body_ == Body::kChunkLineEnd) {
    if (c != '\n') {
      return Fail(ResponseFault::kBadChunkSize);
    }
    body_ = left_ > 0 ? Body::kChunkData : Body::kTrailerStart;
    line_bytes_ = 0;
    return;
  }
  if (++line_bytes_ > kChunkLineLimit) {
    return Fail(ResponseFault::kChunkLineTooLong);
  }
  if (const int digit = HexValue(c); body_ == Body::kChunkSize && digit >= 0) {
    if (left_ > kMostBytes >> 4) {
      return Fail(ResponseFault::kChunkSizeOverflow);
    }
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return;
  }
  if (body_ == Body::kChunkSize && line_bytes_ == 1) {
    return Fail(ResponseFault::kBadChunkSize);  // No digit at all.
  }
  if (c == '\r') {
    body_ = Body::kChunkLineEnd;
  } else if (c == '\n') {
    Fail(ResponseFault::kBareLineFeed);
  } else if (body_ == Body::kChunkSize && (c == ';' || IsBlank(c))) {
    body_ = Body::kChunkExtension;
  } else if (body_ == Body::kChunkSize || IsForbiddenInValue(c)) {
    Fail(ResponseFault::kBadChunkSize);
  }
}

void ResponseParser::FeedTrailer(char c) {
  if (++line_bytes_ > head_limit_) {
    return Fail(ResponseFault::kTrailersTooLarge);
  }
  const bool is_after_cr = body_ == Body::kTrailerLf || body_ == Body::kLastLf;
  if (c == '\n' && !is_after_cr) {
    return Fail(ResponseFault::kBareLineFeed);
  }
  switch (body_) {
    case Body::kTrailerLf:
      body_ = Body::kTrailerStart;
      break;
    case Body::kLastLf:
      state_ = ParseState::kDone;
      break;
    case Body::kTrailerValue:
      if (c == '\r') {
        body_ = Body::kTrailerLf;
        return;
      }
      if (!IsForbiddenInValue(c)) {
        return;
      }
      return Fail(ResponseFault::kBadTrailer);
    case Body::kTrailerName:
      if (c == ':') {
        body_ = Body::kTrailerValue;
        return;
      }
      if (IsTokenChar(c)) {
        return;
      }
      return Fail(ResponseFault::kBadTrailer);
    default:  // kTrailerStart
      if (c == '\r') {
        body_ = Body::kLastLf;
      } else if (IsTokenChar(c)) {
        body_ = Body::kTrailerName;
      } else {
        Fail(IsBlank(c) ? ResponseFault::kFoldedHeader : ResponseFault::kBadTrailer);
      }
      return;
  }
  if (c != '\n') {
    Fail(ResponseFault::kBadTrailer);
  }
}

void ResponseParser::AddBody(std::string_view piece) {
  body_bytes_ += piece.size();
  if (capture_ != nullptr) {
    capture_->Append(piece);
  }
}

}  // namespace loadline::http
