// A receiver of pushed metrics for tests: takes what comes, answers as it is told. Only for tests.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "serve/server.h"

namespace loadline::telemetry {

class Receiver {
 public:
  /// What it answers to one request.
  struct Answer {
    int status = 200;
    std::string body;
    std::string retry_after;  ///< Seconds; empty: not sent.
  };
  /// What came.
  struct Arrival {
    std::string path;
    std::string content_type;
    std::string authorization;
    std::string body;
  };

  explicit Receiver(bool tls = false) {
    serve::ServerOptions options;
    options.tls = tls;
    server_ = std::move(serve::Server::Create(options, [this](const serve::Request& request,
                                                              serve::Responder responder) {
                Take(request, std::move(responder));
              })).value();
    server_->Start();
  }
  ~Receiver() {
    server_->Stop(Duration::zero());
    server_->Wait();
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string url() const { return server_->url(); }
  [[nodiscard]] const std::string& certificate() const {
    return server_->self_signed_certificate();
  }

  /// The next requests get these answers, in order; all others 200 and an empty body.
  void Plan(std::deque<Answer> answers) {
    const std::lock_guard lock(mutex_);
    answers_ = std::move(answers);
  }

  /// Everything that came so far.
  [[nodiscard]] std::vector<Arrival> arrivals() {
    const std::lock_guard lock(mutex_);
    return arrivals_;
  }

  /// Waits until `count` requests came; false after 20 s.
  [[nodiscard]] bool Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, 20s, [&] { return arrivals_.size() >= count; });
  }

 private:
  void Take(const serve::Request& request, serve::Responder responder) {
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      arrivals_.push_back({std::string(request.path), std::string(request.Find("content-type")),
                           std::string(request.Find("authorization")), std::string(request.body)});
      if (!answers_.empty()) {
        answer = answers_.front();
        answers_.pop_front();
      }
    }
    const std::vector<serve::Header> headers =
        answer.retry_after.empty()
            ? std::vector<serve::Header>{}
            : std::vector<serve::Header>{{"Retry-After", answer.retry_after}};
    responder.Send({.status = answer.status, .headers = headers, .body = answer.body});
    came_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Answer> answers_;     // Guarded by mutex_.
  std::vector<Arrival> arrivals_;  // Guarded by mutex_.
  std::unique_ptr<serve::Server> server_;
};

}  // namespace loadline::telemetry
