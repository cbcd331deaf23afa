#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "convert/draft.h"
#include "scenario/yaml_lines.h"

namespace loadline::convert {
namespace {

constexpr std::size_t kFlowWidth = 72;  // A JSON value up to here stays on one line.
constexpr std::size_t kMaxBytes = std::size_t{1} << 20;  // What a scenario may have.
constexpr int kDeepest = 50;

// Plain where YAML cannot mistake it, else in double quotes.
std::string Scalar(std::string_view text) {
  const auto safe = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '/' ||
           c == '.';
  };
  const std::string lower = Lower(text);
  const bool word = lower == "true" || lower == "false" || lower == "null" || lower == "yes" ||
                    lower == "no" || lower == "on" || lower == "off";
  const bool plain = !text.empty() && !word &&
                     (std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '/') &&
                     std::all_of(text.begin(), text.end(), safe);
  if (plain) {
    return std::string(text);
  }
  std::string quoted;
  AppendJsonString(text, quoted);
  return quoted;
}

// A URL needs no quotes unless a comment or a template could begin in it.
std::string UrlScalar(const std::string& url) {
  const bool plain = url.find_first_of("#${}[]\"'\\ ,&*!|>%@`") == std::string::npos;
  return plain ? url : Scalar(url);
}

// JSON on one line with spaces as people write it: `{"a": [1, 2]}`. `raw` is valid.
void AppendFlow(std::string_view raw, std::string& out) {
  JsonReader in(raw);
  const JsonType type = in.Peek();
  std::string_view key;
  std::string_view value;
  const char* between = "";
  if (type == JsonType::kObject && in.BeginObject()) {
    out += '{';
    while (in.NextMember(key) && in.Skip(value)) {
      out += fmt::format("{}\"{}\": ", std::exchange(between, ", "), key);
      AppendFlow(value, out);
    }
    out += '}';
  } else if (type == JsonType::kArray && in.BeginArray()) {
    out += '[';
    while (in.NextElement() && in.Skip(value)) {
      out += std::exchange(between, ", ");
      AppendFlow(value, out);
    }
    out += ']';
  } else if (in.Skip(value)) {
    out += value;
  }
}

// True if YAML can hold `raw` as a tree of its own: no key twice, not too deep.
bool FitsYaml(std::string_view raw, int depth) {
  if (depth > kDeepest) {
    return false;
  }
  JsonReader in(raw);
  const JsonType type = in.Peek();
  std::string_view key;
  std::string_view value;
  if (type == JsonType::kObject && in.BeginObject()) {
    std::set<std::string> keys;
    while (in.NextMember(key) && in.Skip(value)) {
      std::string name;
      AppendJsonUnescaped(key, name);
      if (!keys.insert(std::move(name)).second || !FitsYaml(value, depth + 1)) {
        return false;
      }
    }
  } else if (type == JsonType::kArray && in.BeginArray()) {
    while (in.NextElement() && in.Skip(value)) {
      if (!FitsYaml(value, depth + 1)) {
        return false;
      }
    }
  }
  return true;
}

class YamlWriter {
 public:
  explicit YamlWriter(const Draft& draft) : draft_(draft) {}

  Result<std::string> Write(const std::string& title) {
    out_.Line(0, fmt::format("# {}", title));
    for (const TakenSecret& secret : draft_.secrets) {
      out_.Line(0, fmt::format("# export {}=…   {}", secret.variable, secret.meaning));
    }
    out_.Line(0, "loadline: 1");
    Target();
    out_.Line(0, "tasks:");
    for (const Request& task : draft_.tasks) {
      TRY(Task(task));
    }
    if (out_.size() > kMaxBytes) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("the scenario would have {} bytes, more than the 1 MiB it may have: "
                               "choose fewer requests, or send large bodies from files",
                               out_.size())};
    }
    return out_.Take();
  }

 private:
  void Target() {
    const Transport& transport = draft_.transport;
    out_.Line(0, "target:");
    out_.Pair(1, "url", UrlScalar(draft_.url));
    bool has_headers = !draft_.headers.empty();
    for (const TakenSecret& secret : draft_.secrets) {
      const std::string source = fmt::format("{{env: {}}}", secret.variable);
      if (secret.kind == TakenSecret::Kind::kHeader) {
        has_headers = true;
      } else {
        out_.Pair(1, secret.kind == TakenSecret::Kind::kBearer ? "bearer" : "basic", source);
      }
    }
    if (has_headers) {
      out_.Line(1, "headers:");
      for (const TakenSecret& secret : draft_.secrets) {
        if (secret.kind == TakenSecret::Kind::kHeader) {
          out_.Pair(2, Scalar(secret.header), fmt::format("{{env: {}}}", secret.variable));
        }
      }
      for (const Header& header : draft_.headers) {
        out_.Pair(2, Scalar(header.name), Scalar(header.value));
      }
    }
    Tls(transport);
    if (!transport.resolve.empty()) {
      out_.Line(1, "connections:");
      out_.Line(2, "resolve:");
      for (const std::string& entry : transport.resolve) {
        out_.Line(3, "- " + Scalar(entry));
      }
    }
    if (transport.redirects > 0) {
      out_.Pair(1, "redirects", std::to_string(transport.redirects));
    }
    if (transport.retries > 0) {
      out_.Pair(1, "retries", std::to_string(transport.retries));
    }
    Timeouts(transport);
  }

  void Tls(const Transport& transport) {
    if (transport.ca_file.empty() && transport.cert_file.empty() && !transport.insecure) {
      return;
    }
    out_.Line(1, "tls:");
    if (!transport.ca_file.empty()) {
      out_.Pair(2, "ca_file", Scalar(transport.ca_file));
    }
    if (!transport.cert_file.empty()) {
      out_.Pair(2, "cert_file", Scalar(transport.cert_file));
      out_.Pair(2, "key_file", Scalar(transport.key_file));
    }
    if (transport.insecure) {
      out_.Pair(2, "insecure", "true");
    }
  }

  void Timeouts(const Transport& transport) {
    if (!transport.connect_timeout.empty() && !transport.timeout.empty()) {
      out_.Pair(
          1, "timeout",
          fmt::format("{{connect: {}, whole: {}}}", transport.connect_timeout, transport.timeout));
    } else if (!transport.connect_timeout.empty()) {
      out_.Pair(1, "timeout", fmt::format("{{connect: {}}}", transport.connect_timeout));
    } else if (!transport.timeout.empty()) {
      out_.Pair(1, "timeout", transport.timeout);
    }
  }

  Status Task(const Request& task) {
    out_.Line(1, "- name: " + Scalar(task.name));
    if (task.weight != 1.0) {
      out_.Pair(2, "weight", fmt::format("{}", task.weight));
    }
    const std::string verb = Lower(task.method);
    const bool short_form = verb == "get" || verb == "post" || verb == "put" || verb == "patch" ||
                            verb == "delete" || verb == "head" || verb == "options";
    if (short_form) {
      out_.Pair(2, verb, task.url.empty() ? "/" : Scalar(task.url));
    } else {
      out_.Pair(2, "method", Scalar(task.method));
      out_.Pair(2, "path", task.url.empty() ? "/" : Scalar(task.url));
    }
    bool first = true;
    std::string type;
    for (const Header& header : task.headers) {
      if (Lower(header.name) == "content-type") {
        type = header.value;
        continue;
      }
      if (std::exchange(first, false)) {
        out_.Line(2, "headers:");
      }
      out_.Pair(3, Scalar(header.name), Scalar(header.value));
    }
    if (!task.shape.empty()) {
      out_.Pair(2, "as", task.shape);
    }
    return task.has_body ? Body(task, type) : Status();
  }

  Status Body(const Request& task, const std::string& type) {
    std::string usual;  // What a scenario says of such a body by itself.
    if (!task.body_file.empty()) {
      out_.Pair(2, "body", fmt::format("{{file: {}}}", Scalar(task.body_file)));
    } else if (IsJson(task.body) && task.body.find_first_of("{[") != std::string::npos &&
               FitsYaml(task.body, 0)) {
      Json(task.body);
      usual = "application/json";
    } else {
      if (!IsUtf8(task.body) || task.body.find('\0') != std::string::npos) {
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the body of {} is binary; save it to a file and write body: "
                                 "{{file: PATH}}",
                                 task.name)};
      }
      std::string text;
      AppendJsonString(task.body, text);
      out_.Pair(2, "body", text);
      usual = task.body.starts_with('{') || task.body.starts_with('[')
                  ? "application/json"
                  : "text/plain; charset=utf-8";
    }
    if (!type.empty() && Lower(type) != usual) {
      out_.Pair(2, "content_type", Scalar(type));
    }
    return {};
  }

  void Json(std::string_view raw) {
    std::string flow;
    AppendFlow(raw, flow);
    if (flow.size() <= kFlowWidth) {
      out_.Pair(2, "json", flow);
      return;
    }
    out_.Line(2, "json:");
    Block(raw, 3);
  }

  // Members or elements of a container that is too long for one line, each on its own.
  void Block(std::string_view raw, int level) {
    JsonReader in(raw);
    std::string_view key;
    std::string_view value;
    const bool object = in.Peek() == JsonType::kObject;
    if (object ? !in.BeginObject() : !in.BeginArray()) {
      return;
    }
    while ((object ? in.NextMember(key) : in.NextElement()) && in.Skip(value)) {
      std::string head = "-";
      if (object) {
        std::string name;
        AppendJsonUnescaped(key, name);
        head = Scalar(name) + ":";
      }
      std::string flow;
      AppendFlow(value, flow);
      const bool container = flow[0] == '{' || flow[0] == '[';
      if (!container || flow.size() <= kFlowWidth || level > kDeepest) {
        out_.Line(level, fmt::format("{} {}", head, flow));
      } else {
        out_.Line(level, head);
        Block(value, level + 1);
      }
    }
  }

  const Draft& draft_;
  scenario::YamlLines out_;
};

}  // namespace

Result<std::string> WriteYaml(const Draft& draft, const std::string& title) {
  return YamlWriter(draft).Write(title);
}

}  // namespace loadline::convert
