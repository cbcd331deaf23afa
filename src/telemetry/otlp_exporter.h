// OtlpExporter: sends a run's metrics to an OTLP/HTTP receiver while it goes on, and once more when
// it has ended.
//
// A thread of its own makes and sends them. Temporality is cumulative: every export says all that
// was counted so far, so one that is lost costs resolution in time and nothing else. For that
// reason only the last one is repeated.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "fetch/exchange.h"
#include "telemetry/otlp_options.h"
#include "telemetry/run_book.h"

namespace loadline::telemetry {

/// What became of the exports.
struct Delivery {
  std::int64_t delivered = 0;
  std::int64_t failed = 0;
  bool last_delivered = false;  ///< The receiver has the final figures.
  std::string last_failure;     ///< In words; empty: none failed.
  std::int64_t rejected_points = 0;
  std::string rejection;  ///< The receiver's reason for those.
};

class OtlpExporter {
 public:
  /// `book` must outlive the exporter. Sends nothing yet.
  /// Errors: a CA file that does not read, no descriptors.
  [[nodiscard]] static Result<std::unique_ptr<OtlpExporter>> Start(OtlpOptions options,
                                                                   const RunBook& book);
  /// Without Finish(): stops as soon as what is under way is over.
  ~OtlpExporter();
  OtlpExporter(const OtlpExporter&) = delete;
  OtlpExporter& operator=(const OtlpExporter&) = delete;

  /// Sends the book as it is now, repeating that for at most the timeout, and ends. Once.
  [[nodiscard]] Delivery Finish();

  /// The receiver, for messages: `http://127.0.0.1:4318/v1/metrics`, without its query.
  [[nodiscard]] std::string receiver() const;

 private:
  /// How one export ended.
  struct Outcome {
    bool delivered = false;
    bool repeatable = false;
    Duration wait{};  ///< The receiver asks to come back so much later.
  };
  enum class Order { kGoOn, kFinish, kStop };

  OtlpExporter(OtlpOptions options, const RunBook& book, std::unique_ptr<fetch::Exchange> post);
  void Run();
  void SendLast();
  [[nodiscard]] Outcome Export(Instant deadline);
  [[nodiscard]] Outcome Judge(const fetch::Reply& reply);
  /// Waits; true if the order has changed from kGoOn.
  bool Wait(Duration time);
  void End(Order order);

  // Constant after construction.
  OtlpOptions options_;
  const RunBook& book_;
  Labels resource_;
  // The exporter's thread only, until it has ended.
  std::unique_ptr<fetch::Exchange> post_;
  Delivery delivery_;
  // Crosses threads.
  std::mutex mutex_;
  std::condition_variable changed_;
  Order order_ = Order::kGoOn;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace loadline::telemetry
