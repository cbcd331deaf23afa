#include "cli/brake.h"

#include <utility>

#include "http/url.h"
#include "net/resolver.h"

namespace loadline::cli {

Result<std::vector<net::Address>> ResolveTarget(const scenario::Target& target) {
  const http::Url url = TRY(http::ParseUrl(target.url));
  std::vector<net::ResolveOverride> overrides;
  for (const std::string& text : target.connections.resolve) {
    overrides.push_back(TRY(net::ParseResolveOverride(text)));
  }
  net::Resolution resolution = TRY(net::ResolveNow(url.host, url.port, overrides));
  return std::move(resolution.addresses);
}

std::vector<std::string> PublicAddresses(const std::vector<net::Address>& addresses) {
  std::vector<std::string> found;
  for (const net::Address& address : addresses) {
    if (address.Scope() == net::AddressScope::kPublic) {
      found.push_back(address.HostText());
    }
  }
  return found;
}

std::string TargetMethod(const scenario::Scenario& scenario) {
  return scenario.tasks.empty() ? "GET" : scenario.tasks.front().method;
}

std::string TargetUrl(const scenario::Scenario& scenario) {
  std::string url = scenario.target.url;
  if (scenario.tasks.empty()) {
    return url;
  }
  const scenario::Template& path = scenario.tasks.front().path;
  if (!path.parts.empty() && path.parts.front().kind == scenario::TemplatePart::Kind::kLiteral) {
    if (url.ends_with('/') && path.parts.front().text.starts_with('/')) {
      url.pop_back();
    }
    url += path.parts.front().text;
  }
  if (!path.IsStatic()) {
    url += "…";
  }
  return url;
}

}  // namespace loadline::cli
