#include "store/spool_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

namespace loadline::store {

using measure::Row;
using measure::RowFileHeader;

Result<SpoolFile> SpoolFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Error{ErrorCode::kIo, fmt::format("cannot open {}: {}", path, std::strerror(errno))};
  }
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return SpoolFile(path, fd);
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      position_(other.position_),
      cut_bytes_(other.cut_bytes_),
      block_(std::move(other.block_)) {}

SpoolFile::~SpoolFile() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Result<std::size_t> SpoolFile::ReadAt(void* into, std::size_t size, std::int64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = pread(fd_, static_cast<char*>(into) + done, size - done,
                            offset + static_cast<std::int64_t>(done));
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return Error{ErrorCode::kIo, fmt::format("cannot read {}: {}", path_, std::strerror(errno))};
    }
    if (n == 0) {
      break;
    }
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Result<std::optional<RowFileHeader>> SpoolFile::ReadHeader(std::string_view run_id) {
  RowFileHeader header;
  const std::size_t size = TRY(ReadAt(&header, sizeof(header), 0));
  if (size < sizeof(header)) {
    cut_bytes_ = static_cast<std::int64_t>(size);
    return std::optional<RowFileHeader>();
  }
  if (header.magic != RowFileHeader::kMagic) {
    return Error{ErrorCode::kCorrupt, fmt::format("{} is not a spool file", path_)};
  }
  if (header.row_size != sizeof(Row)) {
    return Error{
        ErrorCode::kCorrupt,
        fmt::format("{} was written by another version of loadline (rows of {} bytes, this "
                    "one reads {})",
                    path_, header.row_size, sizeof(Row))};
  }
  const std::string_view run(header.run.data(), strnlen(header.run.data(), header.run.size()));
  if (!run_id.empty() && run != run_id) {
    return Error{ErrorCode::kCorrupt, fmt::format("{} belongs to another run ('{}')", path_, run)};
  }
  return std::optional<RowFileHeader>(header);
}

Result<std::span<const Row>> SpoolFile::Next(std::size_t most) {
  block_.resize(most);
  const std::size_t size = TRY(ReadAt(block_.data(), most * sizeof(Row), position_));
  const std::size_t rows = size / sizeof(Row);
  if (rows < most) {
    cut_bytes_ = static_cast<std::int64_t>(size % sizeof(Row));
  }
  position_ += static_cast<std::int64_t>(rows * sizeof(Row));
  return std::span<const Row>(block_.data(), rows);
}

}  // namespace loadline::store
