// Exchange: one connection as the Responder sees it. Internal to serve. Loop thread only.
#pragma once

#include "base/units.h"
#include "serve/request.h"

namespace loadline::serve::internal {

class Exchange {
 public:
  virtual ~Exchange() = default;

  /// Answers the request that was handed over.
  virtual void Reply(const Response& response) = 0;
  /// The request will not be answered.
  virtual void Abandon() = 0;
  /// Ends the connection and frees the socket, whatever is under way.
  virtual void Close() = 0;

  /// Neither a request under way nor bytes on their way out.
  [[nodiscard]] bool idle() const { return idle_; }
  /// Past this instant it is closed; Instant::max() while a request is being handled.
  [[nodiscard]] Instant deadline() const { return deadline_; }

 protected:
  bool idle_ = true;
  Instant deadline_ = Instant::max();
};

}  // namespace loadline::serve::internal
