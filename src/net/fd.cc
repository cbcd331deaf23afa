#include "net/fd.h"

#include <unistd.h>

namespace loadline::net {

void Fd::Close() {
  if (fd_ >= 0) {
    // Never repeated: on Linux the descriptor is gone even when close() is interrupted.
    ::close(std::exchange(fd_, -1));
  }
}

}  // namespace loadline::net
