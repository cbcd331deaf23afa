#include "http/response_fault.h"

namespace loadline::http {

std::string_view Text(ResponseFault fault) {
  switch (fault) {
    case ResponseFault::kNone:
      return "no fault";
    case ResponseFault::kNotHttp:
      return "response is not HTTP";
    case ResponseFault::kUnsupportedVersion:
      return "response is not HTTP/1.x";
    case ResponseFault::kBadStatusLine:
      return "bad status line";
    case ResponseFault::kBadHeaderName:
      return "bad header name";
    case ResponseFault::kBadHeaderValue:
      return "control character in a header";
    case ResponseFault::kFoldedHeader:
      return "header continued on the next line";
    case ResponseFault::kBareLineFeed:
      return "line ends without a carriage return";
    case ResponseFault::kHeadTooLarge:
      return "response head too large";
    case ResponseFault::kBadContentLength:
      return "bad Content-Length";
    case ResponseFault::kContentLengthOverflow:
      return "Content-Length too large";
    case ResponseFault::kConflictingContentLength:
      return "conflicting Content-Lengths";
    case ResponseFault::kBothLengths:
      return "both Content-Length and Transfer-Encoding";
    case ResponseFault::kBadTransferEncoding:
      return "unsupported Transfer-Encoding";
    case ResponseFault::kBadChunkSize:
      return "bad chunk size";
    case ResponseFault::kChunkSizeOverflow:
      return "chunk size too large";
    case ResponseFault::kChunkLineTooLong:
      return "chunk extensions too long";
    case ResponseFault::kBadChunkEnd:
      return "chunk not followed by a line end";
    case ResponseFault::kBadTrailer:
      return "bad trailer";
    case ResponseFault::kTrailersTooLarge:
      return "trailers too large";
    case ResponseFault::kUnexpectedUpgrade:
      return "unexpected 101 Switching Protocols";
    case ResponseFault::kUnsolicitedBytes:
      return "bytes that no request asked for";
    case ResponseFault::kClosedBeforeResponse:
      return "closed before the response";
    case ResponseFault::kClosedInHead:
      return "closed in the response head";
    case ResponseFault::kClosedInBody:
      return "closed in the response body";
  }
  return "unknown fault";
}

}  // namespace loadline::http
