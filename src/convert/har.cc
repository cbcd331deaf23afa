#include "convert/har.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "scenario/template_text.h"

namespace loadline::convert {
namespace {

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, "har: " + std::move(message)};
}

// The text of a JSON string; empty if `raw` is something else.
std::string Text(std::string_view raw) {
  std::string text;
  if (raw.size() >= 2 && raw.front() == '"') {
    AppendJsonUnescaped(raw.substr(1, raw.size() - 2), text);
  }
  return text;
}

// Visits the members of the object `raw`, which is valid JSON; nothing if it is no object.
void EachMember(std::string_view raw,
                const std::function<void(std::string_view key, std::string_view value)>& visit) {
  JsonReader in(raw);
  std::string_view key;
  std::string_view value;
  if (in.Peek() == JsonType::kObject && in.BeginObject()) {
    while (in.NextMember(key) && in.Skip(value)) {
      visit(key, value);
    }
  }
}

void EachElement(std::string_view raw, const std::function<void(std::string_view value)>& visit) {
  JsonReader in(raw);
  std::string_view value;
  if (in.Peek() == JsonType::kArray && in.BeginArray()) {
    while (in.NextElement() && in.Skip(value)) {
      visit(value);
    }
  }
}

struct Entry {
  Request request;
  std::string resource;      // Chrome's and Firefox's `_resourceType`, or empty.
  std::string content_type;  // Of the reply.
  bool encoded_body = false;
};

void ReadHeaders(std::string_view raw, std::vector<Header>& headers) {
  EachElement(raw, [&](std::string_view element) {
    Header header;
    EachMember(element, [&](std::string_view key, std::string_view value) {
      if (JsonStringIs(key, "name")) {
        header.name = Text(value);
      } else if (JsonStringIs(key, "value")) {
        header.value = scenario::EscapeText(Text(value));
      }
    });
    if (!header.name.empty()) {
      headers.push_back(std::move(header));
    }
  });
}

void ReadBody(std::string_view raw, Entry& entry) {
  std::string type;
  EachMember(raw, [&](std::string_view key, std::string_view value) {
    if (JsonStringIs(key, "text")) {
      entry.request.body = scenario::EscapeText(Text(value));
      entry.request.has_body = true;
    } else if (JsonStringIs(key, "mimeType")) {
      type = Text(value);
    } else if (JsonStringIs(key, "encoding") || JsonStringIs(key, "_encoding")) {
      entry.encoded_body = !Text(value).empty();
    }
  });
  if (!type.empty() && FindHeader(entry.request.headers, "Content-Type") == nullptr) {
    entry.request.headers.push_back({"Content-Type", type});
  }
}

Entry ReadEntry(std::string_view raw) {
  Entry entry;
  std::string_view body;
  EachMember(raw, [&](std::string_view key, std::string_view value) {
    if (JsonStringIs(key, "_resourceType")) {
      entry.resource = Lower(Text(value));
    } else if (JsonStringIs(key, "request")) {
      EachMember(value, [&](std::string_view name, std::string_view member) {
        if (JsonStringIs(name, "method")) {
          entry.request.method = Text(member);
        } else if (JsonStringIs(name, "url")) {
          std::string url = Text(member);
          entry.request.user = scenario::EscapeText(TakeUser(url));
          entry.request.url = scenario::EscapeText(url.substr(0, url.find('#')));
        } else if (JsonStringIs(name, "headers")) {
          ReadHeaders(member, entry.request.headers);
        } else if (JsonStringIs(name, "postData")) {
          body = member;
        }
      });
    } else if (JsonStringIs(key, "response")) {
      EachMember(value, [&](std::string_view name, std::string_view member) {
        if (JsonStringIs(name, "content")) {
          EachMember(member, [&](std::string_view inner, std::string_view type) {
            if (JsonStringIs(inner, "mimeType")) {
              entry.content_type = Lower(Text(type));
            }
          });
        }
      });
    }
  });
  ReadBody(body, entry);  // Last: its type counts only where no header says one.
  return entry;
}

// Why an entry is no task: `images, styles, scripts and fonts`; empty: it is one.
std::string_view ReasonToLeaveOut(const Entry& entry) {
  constexpr std::array<std::string_view, 12> kAssets{
      "stylesheet", "script",   "image", "font", "media", "manifest",
      "texttrack",  "imageset", "css",   "js",   "img",   "other-asset"};
  constexpr std::array<std::string_view, 10> kAssetTypes{"image/",
                                                         "font/",
                                                         "audio/",
                                                         "video/",
                                                         "text/css",
                                                         "text/javascript",
                                                         "application/javascript",
                                                         "application/x-javascript",
                                                         "application/font",
                                                         "application/wasm"};
  constexpr std::array<std::string_view, 14> kAssetEnds{".js",  ".css", ".png",   ".jpg",  ".jpeg",
                                                        ".gif", ".svg", ".ico",   ".webp", ".woff",
                                                        ".map", ".ttf", ".woff2", ".mjs"};
  constexpr std::string_view kAsset = "images, styles, scripts or fonts";
  const std::string& url = entry.request.url;
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return "not of http (data:, blob:, ws:)";
  }
  if (entry.resource == "websocket" || entry.resource == "eventsource") {
    return "streams (WebSocket, server-sent events)";
  }
  if (entry.resource == "preflight" || entry.resource == "ping" ||
      entry.resource == "csp-violation-report" || entry.request.method == "CONNECT" ||
      (entry.resource.empty() && entry.request.method == "OPTIONS")) {
    return "the browser's own (preflights, pings)";
  }
  if (std::find(kAssets.begin(), kAssets.end(), entry.resource) != kAssets.end()) {
    return kAsset;
  }
  const bool known =
      entry.resource == "xhr" || entry.resource == "fetch" || entry.resource == "document";
  if (!known && entry.request.method == "GET") {
    const std::string path = Lower(url.substr(0, url.find('?')));
    const bool asset =
        std::any_of(kAssetTypes.begin(), kAssetTypes.end(),
                    [&](std::string_view type) { return entry.content_type.starts_with(type); }) ||
        std::any_of(kAssetEnds.begin(), kAssetEnds.end(),
                    [&](std::string_view end) { return path.ends_with(end); });
    if (asset) {
      return kAsset;
    }
  }
  return entry.encoded_body ? "with a binary body" : "";
}

class HarReader {
 public:
  explicit HarReader(const HarChoice& choice) : choice_(choice) {}

  Result<Found> Read(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) {
      text.remove_prefix(3);  // Some tools on Windows write a byte order mark.
    }
    JsonReader whole(text);
    std::string_view root;
    if (!whole.Skip(root) || !whole.AtEnd()) {
      return Wrong(fmt::format("no valid JSON at {}", Position(text, whole.offset())));
    }
    bool has_entries = false;
    EachMember(root, [&](std::string_view key, std::string_view log) {
      if (!JsonStringIs(key, "log")) {
        return;
      }
      EachMember(log, [&](std::string_view name, std::string_view entries) {
        if (JsonStringIs(name, "entries")) {
          has_entries = true;
          EachElement(entries, [&](std::string_view entry) { Add(ReadEntry(entry)); });
        }
      });
    });
    if (!has_entries) {
      return Wrong("the file is JSON, but no HAR: expected log.entries");
    }
    return Finish();
  }

 private:
  void Add(Entry entry) {
    ++entries_;
    if (const std::string_view reason = ReasonToLeaveOut(entry); !reason.empty()) {
      ++left_out_[std::string(reason)];
      return;
    }
    Request& request = entry.request;
    const std::string origin = OriginOf(request.url);
    const std::string* type = FindHeader(request.headers, "Content-Type");
    std::string key = fmt::format("{}\n{}\n{}\n{}", request.method, request.url,
                                  type == nullptr ? "" : *type, request.body);
    ++origins_[origin];
    const auto [known, is_new] = known_.try_emplace(std::move(key), requests_.size());
    if (is_new) {
      requests_.push_back(std::move(request));
    } else {
      requests_[known->second].weight += 1.0;
    }
  }

  std::string Origin() const {
    if (!choice_.origin.empty()) {
      return OriginOf(choice_.origin);
    }
    std::string most;
    int count = 0;
    for (const Request& request : requests_) {  // The first of equals.
      const std::string origin = OriginOf(request.url);
      if (const int of_this = origins_.at(origin); of_this > count) {
        count = of_this;
        most = origin;
      }
    }
    return most;
  }

  Result<Found> Finish() {
    Found found;
    for (const auto& [reason, count] : left_out_) {
      found.notes.push_back(fmt::format("left out {} of {} requests: {}", count, entries_, reason));
    }
    const std::string origin = Origin();
    std::string others;
    for (const auto& [name, count] : origins_) {
      if (name != origin) {
        others += fmt::format("{}{} ({})", others.empty() ? "" : ", ", name, count);
      }
    }
    std::erase_if(requests_,
                  [&](const Request& request) { return OriginOf(request.url) != origin; });
    if (requests_.empty()) {
      return Wrong(others.empty()
                       ? fmt::format("none of its {} requests can be a task", entries_)
                       : fmt::format("no request goes to {}; there are {}", origin, others));
    }
    if (!others.empty()) {
      found.notes.push_back(
          fmt::format("left out what goes to other origins (--origin chooses): {}", others));
    }
    KeepMostFrequent(found);
    found.requests = std::move(requests_);
    return found;
  }

  void KeepMostFrequent(Found& found) {
    const auto most = static_cast<std::size_t>(choice_.max_tasks);
    if (requests_.size() <= most) {
      return;
    }
    std::vector<double> weights;
    for (const Request& request : requests_) {
      weights.push_back(request.weight);
    }
    std::nth_element(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(most - 1),
                     weights.end(), std::greater<>());
    const double least = weights[most - 1];
    std::size_t above = 0;
    for (const Request& request : requests_) {
      above += request.weight > least ? 1 : 0;
    }
    std::size_t room = most - above;  // For the first ones of the last weight.
    const std::size_t before = requests_.size();
    std::erase_if(requests_, [&](const Request& request) {
      if (request.weight > least) {
        return false;
      }
      if (request.weight == least && room > 0) {
        --room;
        return false;
      }
      return true;
    });
    found.notes.push_back(
        fmt::format("kept the {} most frequent of {} different requests "
                    "(--tasks chooses)",
                    most, before));
  }

  const HarChoice& choice_;
  int entries_ = 0;
  std::vector<Request> requests_;
  std::map<std::string, std::size_t> known_;
  std::map<std::string, int> origins_;
  std::map<std::string, int> left_out_;
};

}  // namespace

std::string Position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  return fmt::format("line {}, column {}", line,
                     before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1);
}

Result<Found> ReadHar(std::string_view text, const HarChoice& choice) {
  if (!choice.origin.empty() && OriginOf(choice.origin).empty()) {
    return Wrong(fmt::format("--origin: found \"{}\"; expected https://host or http://host:port",
                             choice.origin));
  }
  return HarReader(choice).Read(text);
}

}  // namespace loadline::convert
