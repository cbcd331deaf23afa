// Standin: a model service to practise on and to test with: sim/service behind a real socket.
//
// Endpoints: GET /healthz, /readyz (503 while no pod is ready), /metrics (Prometheus), /ids (the
// ids of requests seen, one per line); POST /invocations in MLflow's shape; every other path
// scores, whatever the method. A body may ask for its own time: {"milli": 500}. A full queue is a
// 503. The functions may be called from any thread; the service runs on one of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "standin/options.h"

namespace loadline::standin {

class Standin {
 public:
  /// Binds and listens; cold start begins now. Errors: those of ValidateOptions, and of the
  /// address, port and TLS files (serve::Server::Create).
  [[nodiscard]] static Result<std::unique_ptr<Standin>> Create(const StandinOptions& options);
  /// Stops at once.
  ~Standin();
  Standin(const Standin&) = delete;
  Standin& operator=(const Standin&) = delete;

  /// Begins to answer. Once.
  void Start();
  /// Takes no more connections and ends once what is under way has been answered, or after `grace`.
  void Stop(Duration grace);
  /// Until it has stopped.
  void Wait();

  [[nodiscard]] std::uint16_t port() const;
  /// `http://127.0.0.1:8500`
  [[nodiscard]] std::string url() const;

 private:
  struct Parts;
  explicit Standin(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace loadline::standin
