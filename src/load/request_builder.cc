#include "load/request_builder.h"

#include <string_view>

#include "http/chars.h"

namespace loadline::load {

void JoinTarget(const std::string& base, const std::string& path, std::string& out) {
  const std::string_view whole(base);
  const std::size_t query = whole.find('?');
  const std::string_view stem = whole.substr(0, query);
  out.assign(stem);
  if (!path.empty()) {
    if (!out.empty() && out.back() == '/' && path.front() == '/') {
      out.pop_back();
    }
    out += path;
  }
  if (query != std::string_view::npos) {
    // A path with a query of its own gets the base's parameters behind it.
    const bool has_query = path.find('?') != std::string::npos;
    out += has_query ? '&' : '?';
    out += whole.substr(query + 1);
  }
}

RequestBuilder::RequestBuilder(const Plan& plan, std::uint64_t seed)
    : plan_(plan),
      renderer_(plan.scenario, plan.secrets, CodecFor(scenario::BodyShape::kMlflow), seed),
      host_(plan.url.HostHeader()) {}

Status RequestBuilder::Build(const scenario::Task& task, std::uint64_t k,
                             const scenario::Captured& captured, std::string& out) {
  if (!renderer_.Render(task, k, captured, rendered_)) {
    return Error{ErrorCode::kExhausted, "the data of order `once` has ended"};
  }
  JoinTarget(plan_.url.target, rendered_.path, target_);
  headers_.clear();
  bool has_agent = false;
  for (const scenario::RenderedRequest::Header& header : rendered_.headers) {
    headers_.push_back({header.name, header.value});
    has_agent = has_agent || http::EqualsIgnoreCase(header.name, "User-Agent");
  }
  if (!has_agent) {
    headers_.push_back({"User-Agent", plan_.user_agent});
  }
  http::RequestView view;
  view.method = task.method;
  view.target = target_;
  view.host = host_;
  view.headers = headers_;
  view.body = rendered_.body;
  view.close = !plan_.scenario.target.connections.keep_alive;
  return http::SerializeRequest(view, out);
}

}  // namespace loadline::load
