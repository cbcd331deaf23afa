// Renderer: makes request number k from a task's templates.
//
// What it makes depends on the scenario, the seed and k alone: the same request on whichever
// thread or machine. A Renderer belongs to one thread; nothing is allocated in the steady state.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scenario/model.h"
#include "scenario/secrets.h"
#include "scenario/shape_codec.h"

namespace loadline::scenario {

/// A request as it will be sent, but for the target's base path, Host, User-Agent and framing.
/// Owned by the caller and used again for the next request, so that its memory is kept.
struct RenderedRequest {
  struct Header {
    std::string name;
    std::string value;
  };
  std::string path;  ///< What follows the base path: empty, or begins with `/`.
  /// Secrets, then the target's, then the task's, then Content-Type. A task's header replaces the
  /// target's of the same name.
  std::vector<Header> headers;
  std::string body;
};

/// Values that one user captured, by index into Scenario::captured. Empty until captured.
using Captured = std::vector<std::string>;

class Renderer {
 public:
  /// `scenario` and `secrets` must outlive it. `codec` must be complete if any task is shaped.
  Renderer(const Scenario& scenario, const Secrets& secrets, ShapeCodec codec, std::uint64_t seed);

  /// True if every request of the task is the same: Render() it once with k = 0.
  [[nodiscard]] static bool IsStatic(const Task& task, const Target& target);

  /// Replaces `out` by request `k` of `task` (of tasks or on_start), keeping its memory.
  ///
  /// Row k of a data set goes to request k: with several tasks a set is shared by number, so that
  /// no row is taken twice in a round and threads need not talk (docs/scenario.md, "Data").
  /// False: a set of order `once` has no row left for this k (nor for any later one); `out` is
  /// then unspecified.
  [[nodiscard]] bool Render(const Task& task, std::uint64_t k, const Captured& captured,
                            RenderedRequest& out);

  /// The number of requests after which a set of order `once` has ended; max() if none will.
  [[nodiscard]] std::uint64_t RequestsUntilDataEnds() const;

 private:
  // What is being rendered, and how many random values it has had.
  struct Request {
    const Captured* captured = nullptr;
    std::uint64_t k = 0;
    std::uint64_t stream = 0;  // Of random values: another one for each on_start request.
    std::uint64_t drawn = 0;
  };

  bool RenderHeaders(const Task& task, Request& request, RenderedRequest& out);
  bool RenderTemplate(const Template& source, Request& request, std::string& out);
  bool RenderPart(const TemplatePart& part, Request& request, std::string& out);
  bool RenderData(const TemplatePart& part, std::uint64_t k, std::string& out);
  bool RenderShape(const Task& task, const Request& request, std::string& out);
  /// Puts the next `count` rows of request `k` into indexes_. False if the data has ended.
  [[nodiscard]] bool ChooseRows(int data, std::int64_t count, std::uint64_t k);
  [[nodiscard]] std::uint64_t Draw(Request& request) const;
  /// Requests that a set serves: max() unless its order is `once`.
  [[nodiscard]] std::uint64_t RequestsOf(std::size_t data) const;

  // Constant after construction.
  const Scenario& scenario_;
  const Secrets& secrets_;
  ShapeCodec codec_;
  std::uint64_t seed_;
  std::vector<std::int64_t> rows_per_request_;  // By data set: the most that any request takes.
  std::vector<bool> used_by_tasks_;             // By data set.
  // Owner thread only.
  std::vector<std::size_t> indexes_;
};

}  // namespace loadline::scenario
