#include "convert/draft.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

namespace loadline::convert {
namespace {

// What a browser, a proxy or HTTP itself adds; a load sends its own or none.
bool IsNoise(const Header& header) {
  constexpr std::array<std::string_view, 27> kNames{"host",
                                                    "content-length",
                                                    "connection",
                                                    "keep-alive",
                                                    "proxy-connection",
                                                    "transfer-encoding",
                                                    "te",
                                                    "upgrade",
                                                    "expect",
                                                    "accept-encoding",
                                                    "accept-language",
                                                    "referer",
                                                    "origin",
                                                    "cache-control",
                                                    "pragma",
                                                    "dnt",
                                                    "priority",
                                                    "upgrade-insecure-requests",
                                                    "if-none-match",
                                                    "if-modified-since",
                                                    "alt-used",
                                                    "save-data",
                                                    "viewport-width",
                                                    "device-memory",
                                                    "x-requested-with",
                                                    "postman-token",
                                                    "purpose"};
  const std::string name = Lower(header.name);
  if (name.starts_with(':') || name.starts_with("sec-") || name.starts_with("x-forwarded-") ||
      std::find(kNames.begin(), kNames.end(), name) != kNames.end()) {
    return true;
  }
  const std::string value = Lower(header.value);
  if (name == "user-agent") {
    return value.starts_with("mozilla/") || value.starts_with("curl/") ||
           value.starts_with("postmanruntime/");
  }
  // A browser's list of all it can show says nothing; one type that is asked for does.
  return name == "accept" && (value == "*/*" || value.starts_with("text/html,"));
}

std::string PathOf(const std::string& url, std::size_t target_size) {
  std::string path = url.substr(std::min(target_size, url.size()));
  path.erase(std::min(path.find('#'), path.size()));
  return path;
}

// `post-v1-score`: words of the path; readable in reports and in `NAME:p95 < 1s`.
std::string NameFor(const Request& request) {
  const std::string path = request.url.substr(0, request.url.find('?'));
  std::string name;
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && name.back() == '-') {
    name.pop_back();
  }
  constexpr std::size_t kLongest = 60;
  if (name.size() > kLongest) {
    name.erase(0, name.size() - kLongest);  // The end of a path says more than its beginning.
  }
  return name.empty() ? "root" : name;
}

void NameTasks(std::vector<Request>& tasks) {
  std::set<std::string> taken;
  const auto take = [&](Request& task, const std::string& name) {
    task.name = name;
    for (int i = 2; !taken.insert(task.name).second; ++i) {
      task.name = fmt::format("{}-{}", name, i);
    }
  };
  std::set<std::string> paths;
  std::set<std::string> shared;  // Paths with several methods.
  for (const Request& task : tasks) {
    if (const std::string name = NameFor(task); !paths.insert(name).second) {
      shared.insert(name);
    }
  }
  for (Request& task : tasks) {
    if (!task.name.empty()) {
      std::string name;
      for (const char c : task.name) {
        const bool bad = static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '=';
        name += bad ? '-' : c;
      }
      take(task, name);
      continue;
    }
    const std::string name = NameFor(task);
    take(task, shared.contains(name) ? Lower(task.method) + "-" + name : name);
  }
}

// Headers that all tasks have become the target's. Content-Type belongs to a body.
void ShareHeaders(Draft& draft) {
  if (draft.tasks.size() < 2) {
    return;
  }
  const std::vector<Header> first = draft.tasks[0].headers;
  for (const Header& header : first) {
    const bool everywhere =
        Lower(header.name) != "content-type" &&
        std::all_of(draft.tasks.begin(), draft.tasks.end(), [&](const Request& task) {
          return std::find(task.headers.begin(), task.headers.end(), header) != task.headers.end();
        });
    if (!everywhere) {
      continue;
    }
    draft.headers.push_back(header);
    for (Request& task : draft.tasks) {
      std::erase(task.headers, header);
    }
  }
}

void AddSecret(TakenSecret secret, Draft& draft) {
  for (TakenSecret& known : draft.secrets) {
    const bool same = known.kind == secret.kind && Lower(known.header) == Lower(secret.header);
    if (same) {
      return;  // The same credential in every request, or the first one's.
    }
  }
  const bool is_authorization = secret.kind != TakenSecret::Kind::kHeader;
  const auto other =
      std::find_if(draft.secrets.begin(), draft.secrets.end(), [&](const TakenSecret& known) {
        return known.kind != TakenSecret::Kind::kHeader || Lower(known.header) == "authorization";
      });
  if (other != draft.secrets.end() &&
      (is_authorization || Lower(secret.header) == "authorization")) {
    draft.notes.emplace_back(
        "requests authorise in several ways; a scenario has one: the first was kept");
    return;
  }
  draft.secrets.push_back(std::move(secret));
}

// Two headers of one name cannot stand in a map; HTTP joins them by commas.
void JoinDoubles(std::vector<Header>& headers) {
  std::vector<Header> joined;
  for (Header& header : headers) {
    const auto same = std::find_if(joined.begin(), joined.end(), [&](const Header& known) {
      return Lower(known.name) == Lower(header.name);
    });
    if (same == joined.end()) {
      joined.push_back(std::move(header));
    } else if (Lower(header.name) != "content-type") {
      same->value += ", " + header.value;
    }
  }
  headers = std::move(joined);
}

Status ChooseTarget(const Found& found, Draft& draft) {
  draft.url = found.target;
  if (!draft.url.empty()) {
    return {};
  }
  std::vector<std::string> origins;
  for (const Request& request : found.requests) {
    const std::string origin = OriginOf(request.url);
    if (origin.empty()) {
      return Error{ErrorCode::kInvalidArgument, "a request without a URL of http or https"};
    }
    if (std::find(origins.begin(), origins.end(), origin) == origins.end()) {
      origins.push_back(origin);
    }
  }
  if (origins.size() > 1) {
    std::string list;
    for (const std::string& origin : origins) {
      list += (list.empty() ? "" : ", ") + origin;
    }
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("requests go to {}; a scenario has one target: make one for each", list)};
  }
  draft.url = origins.front();
  return {};
}

void Blank(Request& request, std::vector<std::string>& notes) {
  for (const std::string& name : BlankSecretValues(request)) {
    std::string note = fmt::format(
        "the value of \"{}\" looks like a secret and was replaced by {}: write a value "
        "for tests there, or feed it from data",
        name, kReplaceMe);
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) {
      notes.push_back(std::move(note));
    }
  }
}

}  // namespace

Result<Draft> MakeDraft(Found found) {
  if (found.requests.empty()) {
    return Error{ErrorCode::kInvalidArgument, "no request was found"};
  }
  Draft draft;
  draft.notes = std::move(found.notes);
  TRY(ChooseTarget(found, draft));
  if (draft.url.ends_with('/')) {
    draft.url.pop_back();
  }
  for (Request& request : found.requests) {
    std::erase_if(request.headers, IsNoise);
    for (TakenSecret& secret : TakeSecretHeaders(request)) {
      AddSecret(std::move(secret), draft);
    }
    Blank(request, draft.notes);
    JoinDoubles(request.headers);
    request.url = PathOf(request.url, draft.url.size());
    draft.tasks.push_back(std::move(request));
  }
  draft.transport = std::move(found.transport);
  NameTasks(draft.tasks);
  ShareHeaders(draft);
  return draft;
}

}  // namespace loadline::convert
