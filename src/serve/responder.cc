#include "serve/responder.h"

#include <utility>

#include "base/check.h"
#include "serve/exchange.h"

namespace loadline::serve {

using internal::Exchange;

Responder::Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    if (exchange_ != nullptr) {
      exchange_->Abandon();
    }
    exchange_ = std::move(other.exchange_);
  }
  return *this;
}

Responder::~Responder() {
  if (exchange_ != nullptr) {
    exchange_->Abandon();
  }
}

void Responder::Send(const Response& response) {
  CHECK(exchange_ != nullptr);
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  exchange->Reply(response);
}

}  // namespace loadline::serve
