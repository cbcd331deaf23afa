#include "load/spool.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "net/net_error.h"

namespace loadline::load {
namespace {

/// How often rings are emptied. Four times in the 100 ms that a crash may cost.
constexpr Duration kInterval = 25ms;
/// How often Flush() looks whether the writer is done: at first soon, since a few rows take no
/// time.
constexpr Duration kFirstLook = 50us;
constexpr Duration kLongestLook = 1ms;

Error OpenError(int error, const std::string& path) {
  const ErrorCode code = error == ENOENT ? ErrorCode::kNotFound
                         : error == ENOSPC || error == EMFILE || error == ENFILE
                             ? ErrorCode::kExhausted
                             : ErrorCode::kIo;
  return {code, fmt::format("cannot create the spool file {}: {}", path, net::ErrnoText(error))};
}

}  // namespace

Spool::Spool(SpoolOptions options, std::unique_ptr<net::Loop> loop)
    : options_(std::move(options)), loop_(std::move(loop)) {
  if (!options_.write) {
    options_.write = ::write;
  }
}

Result<std::unique_ptr<Spool>> Spool::Open(SpoolOptions options) {
  std::unique_ptr<net::Loop> loop = TRY(net::Loop::Create());
  std::unique_ptr<Spool> spool(new Spool(std::move(options), std::move(loop)));
  for (int shard = 0; shard < spool->options_.shards; ++shard) {
    TRY(spool->Create(shard));
  }
  spool->writer_ = std::thread([s = spool.get()] { s->Run(); });
  return spool;
}

Status Spool::Create(int shard) {
  auto file = std::make_unique<File>(options_.ring_rows);
  file->path = fmt::format("{}/{}.spool", options_.folder, shard);
  file->fd = net::Fd(::open(file->path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file->fd.valid()) {
    return OpenError(errno, file->path);
  }
  measure::RowFileHeader header;
  header.epoch_monotonic_ns = options_.epoch.time_since_epoch().count();
  header.epoch_utc_ns = options_.epoch_utc.time_since_epoch().count();
  header.shard = static_cast<std::uint32_t>(shard);
  std::memcpy(header.run.data(), options_.run_id.data(),
              std::min(options_.run_id.size(), header.run.size()));
  const ssize_t sent = options_.write(file->fd.get(), &header, sizeof header);
  if (sent != static_cast<ssize_t>(sizeof header)) {
    return OpenError(sent < 0 ? errno : ENOSPC, file->path);
  }
  file->size = sizeof header;
  files_.push_back(std::move(file));
  return {};
}

Spool::~Spool() {
  stop_.store(true, std::memory_order_release);
  loop_->Wake();
  if (writer_.joinable()) {
    writer_.join();
  }
}

void Spool::Run() {
  while (!stop_.load(std::memory_order_acquire)) {
    const Instant now = Now();
    (void)loop_->Wait(now, now + kInterval);
    for (const std::unique_ptr<File>& file : files_) {
      Empty(*file);
    }
  }
  for (const std::unique_ptr<File>& file : files_) {
    Empty(*file);
  }
}

void Spool::Empty(File& file) {
  // At most two stretches: what is published while we write waits for the next time.
  for (int stretch = 0; stretch < 2; ++stretch) {
    const std::span<const measure::Row> rows = file.ring.Readable();
    if (rows.empty()) {
      return;
    }
    const std::size_t bytes = rows.size_bytes();
    const std::size_t kept =
        Append(file, reinterpret_cast<const char*>(rows.data()), bytes) / sizeof(measure::Row);
    written_.fetch_add(static_cast<std::int64_t>(kept), std::memory_order_release);
    lost_.fetch_add(static_cast<std::int64_t>(rows.size() - kept), std::memory_order_release);
    file.ring.Consume(rows.size());
  }
}

std::size_t Spool::Append(File& file, const char* data, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t moved = options_.write(file.fd.get(), data + done, bytes - done);
    if (moved > 0) {
      done += static_cast<std::size_t>(moved);
    } else if (moved == 0 || errno != EINTR) {
      error_.store(moved == 0 ? EIO : errno, std::memory_order_release);
      break;
    }
  }
  const std::size_t whole = done / sizeof(measure::Row) * sizeof(measure::Row);
  file.size += static_cast<std::int64_t>(whole);
  if (whole != done) {
    // Half a row would shift every row behind it.
    (void)::ftruncate(file.fd.get(), file.size);
    (void)::lseek(file.fd.get(), file.size, SEEK_SET);
  }
  return whole;
}

bool Spool::Flush(Duration patience) {
  std::vector<std::size_t> wanted;
  wanted.reserve(files_.size());
  for (const std::unique_ptr<File>& file : files_) {
    wanted.push_back(file->ring.published());
  }
  std::int64_t seen = -1;
  Duration look = kFirstLook;
  Instant deadline = Now() + patience;
  while (true) {
    bool done = true;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      done = done && files_[i]->ring.consumed() >= wanted[i];
    }
    if (done) {
      return true;
    }
    const std::int64_t moved = written() + lost();
    if (moved != seen) {
      seen = moved;
      deadline = Now() + patience;
    } else if (Now() > deadline) {
      return false;
    }
    Wake();
    SleepUntil(Now() + look);
    look = std::min(2 * look, kLongestLook);
  }
}

std::string Spool::loss_reason() const {
  const int error = error_.load(std::memory_order_acquire);
  return error == 0 ? std::string() : net::ErrnoText(error);
}

std::vector<std::string> Spool::files() const {
  std::vector<std::string> paths;
  paths.reserve(files_.size());
  for (const std::unique_ptr<File>& file : files_) {
    paths.push_back(file->path);
  }
  return paths;
}

}  // namespace loadline::load
