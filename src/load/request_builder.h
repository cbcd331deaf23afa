// RequestBuilder: request number k of a task as the bytes that are sent.
//
// Belongs to one thread; allocates nothing in the steady state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/request.h"
#include "load/plan.h"
#include "scenario/render.h"

namespace loadline::load {

class RequestBuilder {
 public:
  /// `plan` must outlive it.
  RequestBuilder(const Plan& plan, std::uint64_t seed);

  /// Replaces `out` by the request. Static tasks too (their bytes are in the plan already).
  ///
  /// Errors: kExhausted (data of order `once` has no row left), kInvalidArgument (a value from data
  /// or a reply would break the head: a line end in a header, a space in the path).
  [[nodiscard]] Status Build(const scenario::Task& task, std::uint64_t k,
                             const scenario::Captured& captured, std::string& out);

  /// Requests after which data of order `once` has ended; max() if it never does.
  [[nodiscard]] std::uint64_t RequestsUntilDataEnds() const {
    return renderer_.RequestsUntilDataEnds();
  }

  /// The request's target below the base path, as rendered last.
  [[nodiscard]] const std::string& last_target() const { return target_; }

 private:
  const Plan& plan_;
  scenario::Renderer renderer_;
  std::string host_;
  scenario::RenderedRequest rendered_;
  std::string target_;
  std::vector<http::HeaderView> headers_;
};

/// `base` (the URL's target, perhaps with a query) with a task's `path` appended.
void JoinTarget(const std::string& base, const std::string& path, std::string& out);

}  // namespace loadline::load
