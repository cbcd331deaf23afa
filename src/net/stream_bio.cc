#include "net/stream_bio.h"

#include <openssl/bio.h>

#include "net/stream.h"

namespace loadline::net {

/// Stream's friend: OpenSSL calls these with the stream as the BIO's data.
struct StreamBio {
  static int Read(BIO* bio, char* buffer, int size) {
    auto* stream = static_cast<Stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const IoResult result = stream->RecvRaw({buffer, static_cast<std::size_t>(size)});
    switch (result.status) {
      case IoStatus::kOk:
        return static_cast<int>(result.bytes);
      case IoStatus::kAgain:
        BIO_set_retry_read(bio);
        return -1;
      case IoStatus::kClosed:
        return 0;
      case IoStatus::kError:
        return -1;
    }
    return -1;
  }

  static int Write(BIO* bio, const char* bytes, int size) {
    auto* stream = static_cast<Stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const IoResult result = stream->SendRaw({bytes, static_cast<std::size_t>(size)});
    if (result.status == IoStatus::kOk) {
      return static_cast<int>(result.bytes);
    }
    if (result.status == IoStatus::kAgain) {
      BIO_set_retry_write(bio);
    }
    return -1;
  }

  static long Control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    switch (command) {
      case BIO_CTRL_FLUSH:
        return 1;  // Nothing is held back.
      case BIO_CTRL_EOF:
        return static_cast<Stream*>(BIO_get_data(bio))->at_end_ ? 1 : 0;
      default:
        return 0;
    }
  }

  static BIO_METHOD* MakeMethod() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
    if (method != nullptr) {
      BIO_meth_set_read(method, &StreamBio::Read);
      BIO_meth_set_write(method, &StreamBio::Write);
      BIO_meth_set_ctrl(method, &StreamBio::Control);
    }
    return method;
  }
};

bio_st* NewStreamBio(Stream& stream) {
  // Constant once made, shared by all threads, and needed until the process ends.
  static BIO_METHOD* const method = StreamBio::MakeMethod();
  if (method == nullptr) {
    return nullptr;
  }
  BIO* bio = BIO_new(method);
  if (bio != nullptr) {
    BIO_set_data(bio, &stream);
    BIO_set_init(bio, 1);
  }
  return bio;
}

}  // namespace loadline::net
