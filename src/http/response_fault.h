// ResponseFault: everything that can be wrong with an HTTP/1.1 response, each under its own name.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace loadline::http {

/// Stored with attempts, so values are only ever appended. Rules: RFC 9112 unless said otherwise.
enum class ResponseFault : std::uint8_t {
  kNone = 0,
  // The head.
  kNotHttp,             ///< It does not begin with `HTTP/`.
  kUnsupportedVersion,  ///< Not HTTP/1.0 or 1.x.
  kBadStatusLine,       ///< No three-digit status from 100 to 999 where it belongs.
  kBadHeaderName,       ///< Empty, not a token, blank before the colon, or no colon.
  kBadHeaderValue,      ///< A control character in a value or in the reason phrase.
  kFoldedHeader,        ///< A header continued on the next line (obs-fold, 5.2).
  kBareLineFeed,        ///< A line that ends without a carriage return.
  kHeadTooLarge,        ///< The head is longer than the limit.
  // How long the body is.
  kBadContentLength,          ///< Empty, negative, or not a number.
  kContentLengthOverflow,     ///< More than 2^63 - 1.
  kConflictingContentLength,  ///< Two values that differ.
  kBothLengths,               ///< Content-Length and Transfer-Encoding together (6.3).
  kBadTransferEncoding,       ///< Anything but exactly `chunked`.
  // A chunked body.
  kBadChunkSize,       ///< No hexadecimal number where a chunk's size belongs.
  kChunkSizeOverflow,  ///< More than 2^63 - 1.
  kChunkLineTooLong,   ///< Chunk extensions longer than the limit.
  kBadChunkEnd,        ///< A chunk that is not followed by CR LF.
  kBadTrailer,         ///< A trailer line that is no header.
  kTrailersTooLarge,   ///< Trailers longer than the head's limit.
  // The conversation.
  kUnexpectedUpgrade,     ///< 101 although nobody asked to switch.
  kUnsolicitedBytes,      ///< Bytes after the response, or without a request (set by the engine).
  kClosedBeforeResponse,  ///< Closed before the first byte. On a reused connection: often a race.
  kClosedInHead,          ///< Closed in the middle of the head.
  kClosedInBody,          ///< Closed before the announced end of the body.
};

/// A short phrase for reports: `response head too large`.
[[nodiscard]] std::string_view Text(ResponseFault fault);

}  // namespace loadline::http
