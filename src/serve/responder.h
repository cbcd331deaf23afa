// Responder: the right, and the duty, to answer one request. Loop thread only.
#pragma once

#include <memory>

#include "serve/request.h"

namespace loadline::serve {

namespace internal {
class Exchange;
}

/// Destroyed without Send(): the connection is closed without an answer.
class Responder {
 public:
  Responder() = default;
  explicit Responder(std::shared_ptr<internal::Exchange> exchange);
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  /// Answers. At most once. If the client has gone away meanwhile, nothing happens.
  void Send(const Response& response);

  /// Whether it still has to answer.
  [[nodiscard]] bool pending() const { return exchange_ != nullptr; }

 private:
  std::shared_ptr<internal::Exchange> exchange_;
};

}  // namespace loadline::serve
