// Histograms as bytes and text: the V2 encoding of HdrHistogram, read and written by its ports in
// Java, C, Python, Go, Rust and JavaScript.
//
// Pure functions; decoding takes hostile input: it never crashes and takes at most 64 MiB.
// Format: HdrHistogram, AbstractHistogram.encodeIntoByteBuffer and ZigZagEncoding (version 2.1.12).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "stats/histogram.h"

namespace loadline::stats {

/// The plain V2 payload: 40 bytes of header, then the counts as ZigZag LEB128 with runs of zeros.
[[nodiscard]] std::string Encode(const Histogram& histogram);

/// The same, compressed by zlib: some hundred bytes. How histograms are stored and sent.
[[nodiscard]] std::string EncodeCompressed(const Histogram& histogram);

/// The same in base64: `HISTFAAA…`.
[[nodiscard]] std::string EncodeText(const Histogram& histogram);

/// Reads either encoding. Counts are exact, the layout is the writer's.
///
/// Errors: kCorrupt, saying what is wrong; also for what no port writes (a shifted index).
[[nodiscard]] Result<Histogram> Decode(std::string_view bytes);

/// Reads base64 of either encoding.
[[nodiscard]] Result<Histogram> DecodeText(std::string_view text);

}  // namespace loadline::stats
