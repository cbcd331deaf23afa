// MetricsServer: answers GET /metrics while a run goes on.
//
// A thread of its own makes the page when somebody asks, from a copy of the run's totals; nobody
// asking costs nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "serve/server.h"
#include "telemetry/run_book.h"

namespace loadline::telemetry {

/// Where to listen.
struct ListenAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one.

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// Reads `9464` and `:9464` (this machine only: 127.0.0.1), `0.0.0.0:9464`, `[::]:9464`,
/// `localhost:0`.
/// Errors: kInvalidArgument with what was found.
[[nodiscard]] Result<ListenAddress> ParseListenAddress(std::string_view text);

class MetricsServer {
 public:
  /// Listens, and answers from now on. `book` must outlive the server.
  /// Errors: kInvalidArgument, kIo (the address is in use or not ours).
  [[nodiscard]] static Result<std::unique_ptr<MetricsServer>> Start(const ListenAddress& listen,
                                                                    const RunBook& book);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// `http://127.0.0.1:9464/metrics`
  [[nodiscard]] std::string url() const;
  /// How often the page was asked for.
  [[nodiscard]] std::int64_t scrapes() const { return scrapes_.load(std::memory_order_acquire); }

 private:
  explicit MetricsServer(const RunBook& book) : book_(book) {}
  void Answer(const serve::Request& request, serve::Responder responder);

  const RunBook& book_;
  std::atomic<std::int64_t> scrapes_{0};  // Crosses threads.
  std::unique_ptr<serve::Server> server_;
};

}  // namespace loadline::telemetry
