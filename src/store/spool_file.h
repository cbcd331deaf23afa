// SpoolFile: reads the rows of one spool file (measure/row.h), in blocks, up to its last whole row.
// Inside the store only; belongs to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measure/row.h"

namespace loadline::store {

class SpoolFile {
 public:
  /// Errors: kIo.
  [[nodiscard]] static Result<SpoolFile> Open(const std::string& path);
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&&) = delete;
  ~SpoolFile();

  /// The header; none if the file was cut within it. `run_id` is the run that it must belong to;
  /// empty: any. Errors: kCorrupt (not a spool file, of another version, or of another run), kIo.
  [[nodiscard]] Result<std::optional<measure::RowFileHeader>> ReadHeader(std::string_view run_id);

  /// Goes on at `position` [bytes from the beginning], the end of some row.
  void SeekTo(std::int64_t position) { position_ = position; }
  [[nodiscard]] std::int64_t position() const { return position_; }

  /// The next rows, at most `most`; none at the end. Valid until the next call. Errors: kIo.
  [[nodiscard]] Result<std::span<const measure::Row>> Next(std::size_t most);

  /// Bytes behind the last whole row, once Next() has found the end.
  [[nodiscard]] std::int64_t CutBytes() const { return cut_bytes_; }

 private:
  SpoolFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  /// Reads at most `size` bytes at `offset`, fewer only at the file's end.
  [[nodiscard]] Result<std::size_t> ReadAt(void* into, std::size_t size, std::int64_t offset);

  std::string path_;
  int fd_ = -1;
  std::int64_t position_ = sizeof(measure::RowFileHeader);
  std::int64_t cut_bytes_ = 0;
  std::vector<measure::Row> block_;
};

/// The spool files of a folder, sorted by name; none if the folder does not exist. Errors: kIo.
[[nodiscard]] Result<std::vector<std::filesystem::path>> SpoolFilesIn(const std::string& folder);

}  // namespace loadline::store
