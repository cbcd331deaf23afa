// OpenSSL's way to a Stream's socket.
//
// A BIO of our own instead of OpenSSL's: it sends without SIGPIPE, and when the socket is known to
// be empty it says so without asking the kernel, which saves one recv() per response.
#pragma once

struct bio_st;

namespace loadline::net {

class Stream;

/// A BIO that reads and writes `stream`'s socket; owned by the caller. Null if out of memory.
[[nodiscard]] bio_st* NewStreamBio(Stream& stream);

}  // namespace loadline::net
