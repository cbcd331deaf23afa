// Spool: every attempt as a row in append-only files, one per engine thread, written behind the
// engine's back.
//
// The engine's threads only fill their rings. One thread of the spool empties them every 25 ms, so
// that a process killed at any moment has lost at most the last 100 ms; a disk that is slow or full
// costs rows, which are counted, and never holds up the sending.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "load/row_ring.h"
#include "net/fd.h"
#include "net/loop.h"

namespace loadline::load {

/// write(2), or what a test puts in its place.
using WriteFunction = std::function<ssize_t(int fd, const void* data, std::size_t size)>;

struct SpoolOptions {
  std::string folder;  ///< Must exist.
  std::string run_id;  ///< At most 32 bytes are kept.
  int shards = 1;
  Instant epoch{};      ///< Zero of the rows' stamps…
  UtcTime epoch_utc{};  ///< …and what the calendar said then.
  std::size_t ring_rows = 16'384;
  WriteFunction write;  ///< Empty: the system's.
};

class Spool {
 public:
  /// Creates `<folder>/<shard>.spool` with their headers and starts the writing thread. A file of
  /// that name is an error: runs never share a folder.
  ///
  /// Errors: kNotFound (no folder), kExhausted (descriptors, disk), kIo.
  [[nodiscard]] static Result<std::unique_ptr<Spool>> Open(SpoolOptions options);
  /// Writes what is left, as far as the disk takes it.
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// The ring of one engine thread, which is its only producer.
  [[nodiscard]] RowRing& ring(int shard) { return files_[static_cast<std::size_t>(shard)]->ring; }

  /// Wakes the writer ahead of its time: a ring is half full. Any thread.
  void Wake() { loop_->Wake(); }

  /// Waits until every row published before the call is in its file or counted as lost. Gives up
  /// after `patience` without any progress: false.
  [[nodiscard]] bool Flush(Duration patience);

  /// Rows in the files, and rows that a write refused, since Open(). Any thread.
  [[nodiscard]] std::int64_t written() const { return written_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t lost() const { return lost_.load(std::memory_order_acquire); }
  /// Why rows were lost (`No space left on device`); empty if none was.
  [[nodiscard]] std::string loss_reason() const;

  [[nodiscard]] std::vector<std::string> files() const;

 private:
  struct File {
    explicit File(std::size_t rows) : ring(rows) {}
    RowRing ring;
    net::Fd fd;
    std::string path;
    std::int64_t size = 0;  // Bytes of header and whole rows.
  };

  Spool(SpoolOptions options, std::unique_ptr<net::Loop> loop);
  [[nodiscard]] Status Create(int shard);
  void Run();
  void Empty(File& file);
  /// Writes `bytes` of whole rows; how many bytes of them are in the file for good.
  std::size_t Append(File& file, const char* data, std::size_t bytes);

  // Constant after construction.
  SpoolOptions options_;
  std::unique_ptr<net::Loop> loop_;
  std::vector<std::unique_ptr<File>> files_;
  // Crosses threads.
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> written_{0};
  std::atomic<std::int64_t> lost_{0};
  std::atomic<int> error_{0};  // errno of the latest refusal.
  std::thread writer_;
};

}  // namespace loadline::load
