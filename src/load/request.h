// Request: one request from the moment it is taken up to its end, with all its stamps; and the
// pool that all requests of a thread live in.
//
// Belongs to one thread. A request keeps its slot through waiting, attempts and pauses; the slot's
// number is also its place in the deadline wheel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/units.h"

namespace loadline::load {

inline constexpr std::uint32_t kNoIndex = 0xffffffff;

/// `sum` + `bytes`, or the most that such a counter can say.
[[nodiscard]] inline std::uint32_t SaturatingAdd(std::uint32_t sum, std::size_t bytes) {
  return bytes > UINT32_MAX - sum ? UINT32_MAX : sum + static_cast<std::uint32_t>(bytes);
}

/// Where a request is on its way.
enum class Phase : std::uint8_t {
  kFree,     ///< The slot is not in use.
  kWaiting,  ///< For a connection.
  kFlying,   ///< On a connection: being sent, or waiting for the reply.
  kPausing,  ///< Between two attempts.
};

struct Request {
  std::uint64_t number = 0;
  Instant scheduled{};
  Instant dispatched{};
  Instant sent{};          // Instant{}: not (yet) in this attempt.
  Instant first_byte{};    // The same.
  std::uint32_t user = 0;  ///< Closed loop: index within the thread.
  std::uint32_t text =
      kNoIndex;  ///< Its bytes in the TextPool; kNoIndex: those of the task's plan.
  std::uint32_t connection = kNoIndex;
  std::uint32_t previous = kNoIndex;  ///< In the line of those that wait.
  std::uint32_t next = kNoIndex;
  std::uint32_t dns_us = 0;
  std::uint32_t connect_us = 0;
  std::uint32_t tls_us = 0;
  std::uint32_t bytes_out = 0;  ///< Of this attempt; saturating.
  std::uint32_t bytes_in = 0;
  std::uint16_t task = 0;
  std::uint8_t attempt = 0;
  std::uint8_t redirects = 0;
  Phase phase = Phase::kFree;
  bool on_start = false;
  bool warmup = false;
  bool reused = false;   ///< Its connection had carried a request before.
  bool starved = false;  ///< Found no connection ready when it was taken up.
};

/// Slots for requests; grows to the most that are under way at a time.
class RequestPool {
 public:
  [[nodiscard]] Request& operator[](std::uint32_t slot) { return requests_[slot]; }

  /// A slot with a fresh Request.
  [[nodiscard]] std::uint32_t Allocate() {
    ++in_use_;
    if (free_.empty()) {
      requests_.emplace_back();
      return static_cast<std::uint32_t>(requests_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    requests_[slot] = Request{};
    return slot;
  }

  void Release(std::uint32_t slot) {
    --in_use_;
    requests_[slot].phase = Phase::kFree;
    free_.push_back(slot);
  }

  /// Slots that exist: all numbers below it.
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(requests_.size()); }
  [[nodiscard]] std::uint32_t in_use() const { return in_use_; }

 private:
  std::deque<Request> requests_;  // References stay good while it grows.
  std::vector<std::uint32_t> free_;
  std::uint32_t in_use_ = 0;
};

/// The line of requests that wait for a connection, in order of arrival; any may leave it.
class WaitingLine {
 public:
  void PushBack(RequestPool& pool, std::uint32_t slot) {
    Request& request = pool[slot];
    request.previous = last_;
    request.next = kNoIndex;
    (last_ == kNoIndex ? first_ : pool[last_].next) = slot;
    last_ = slot;
    ++size_;
  }

  void Remove(RequestPool& pool, std::uint32_t slot) {
    const Request& request = pool[slot];
    (request.previous == kNoIndex ? first_ : pool[request.previous].next) = request.next;
    (request.next == kNoIndex ? last_ : pool[request.next].previous) = request.previous;
    --size_;
  }

  [[nodiscard]] std::uint32_t first() const { return first_; }  ///< kNoIndex if nobody waits.
  [[nodiscard]] std::uint32_t last() const { return last_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  std::uint32_t first_ = kNoIndex;
  std::uint32_t last_ = kNoIndex;
  std::uint32_t size_ = 0;
};

/// Texts of requests that differ from each other; their memory is used again and again.
class TextPool {
 public:
  [[nodiscard]] std::uint32_t Allocate() {
    if (free_.empty()) {
      texts_.emplace_back();
      return static_cast<std::uint32_t>(texts_.size() - 1);
    }
    const std::uint32_t text = free_.back();
    free_.pop_back();
    return text;
  }
  void Release(std::uint32_t text) {
    if (text != kNoIndex) {
      free_.push_back(text);
    }
  }
  [[nodiscard]] std::string& operator[](std::uint32_t text) { return texts_[text]; }

 private:
  std::deque<std::string> texts_;  // Views of texts stay good while it grows.
  std::vector<std::uint32_t> free_;
};

}  // namespace loadline::load
