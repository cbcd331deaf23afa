// `target:` and what tasks share with it: headers and time-outs.
#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/json_text.h"
#include "scenario/read.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

constexpr std::string_view kUrlForm = "a URL such as http://127.0.0.1:8500/score";
constexpr std::int64_t kManyConnections = 10'000'000;

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return out;
}

bool IsPort(std::string_view text) {
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, port);
  return fault == std::errc() && stop == end && port >= 1 && port <= 65535;
}

bool IsHost(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  });
}

bool IsAddress(const std::string& text) {
  std::array<unsigned char, 16> unused{};
  return inet_pton(AF_INET, text.c_str(), unused.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), unused.data()) == 1;
}

// `host`, `host:port`, `[::1]`, `[::1]:port`.
bool IsAuthority(std::string_view authority) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos ||
        !IsAddress(std::string(authority.substr(1, close - 1)))) {
      return false;
    }
    port = authority.substr(close + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    if (!IsHost(authority.substr(0, colon))) {
      return false;
    }
    port = authority.substr(colon);
  }
  return port.empty() || (port[0] == ':' && IsPort(port.substr(1)));
}

// Every `%` stands before two hexadecimal digits.
bool EncodedWell(std::string_view url) {
  for (std::size_t at = url.find('%'); at != url.npos; at = url.find('%', at + 1)) {
    const std::string_view digits = url.substr(at + 1, 2);
    if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
      return false;
    }
  }
  return true;
}

void CheckUrl(Reading& reading, const Node& node, const std::string& path, std::string& url) {
  const std::string lower = Lower(url);
  const std::size_t scheme = lower.starts_with("http://")    ? 7
                             : lower.starts_with("https://") ? 8
                                                             : 0;
  const std::size_t end = std::min(url.find_first_of("/?#", scheme), url.size());
  const std::string_view authority = std::string_view(url).substr(scheme, end - scheme);
  const bool has_user = url.find('@') < (scheme > 0 ? end : url.size());
  if (has_user) {
    // Neither the URL nor a part of it is shown: a password may stand anywhere before the @.
    reading.Complain(node.place, path, "",
                     "a URL without user and password; they are read with basic: {env: …} or "
                     "basic: {file: …}");
    url.clear();
    return;
  }
  const bool printable = std::all_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
  if (scheme == 0 || !IsAuthority(authority) || !printable || !EncodedWell(url) ||
      url.find('#') != std::string::npos) {
    reading.Complain(node.place, path, Quote(node.text), std::string(kUrlForm));
    url.clear();
  }
}

void ReadUrl(const MapReader& target) {
  Reading& reading = target.reading();
  std::string& url = reading.scenario.target.url;
  const Node* node = target.Find("url");
  if (node == nullptr) {
    reading.Complain(target.place(), target.PathOf("url"), "", std::string(kUrlForm));
  } else if (ReadText(reading, *node, target.PathOf("url"), kUrlForm, url)) {
    CheckUrl(reading, *node, target.PathOf("url"), url);
  }
}

// `{env: NAME}` or `{file: PATH}`. A literal is refused, and never shown.
std::optional<SecretSource> ReadSecret(Reading& reading, const Node& node,
                                       const std::string& path) {
  if (node.kind != Node::Kind::kMap) {
    reading.Complain(node.place, path, "a literal value (not shown)",
                     "{env: NAME} or {file: PATH}: secrets stand neither in the scenario nor on "
                     "the command line");
    return std::nullopt;
  }
  const MapReader map(reading, &node, Section::kSecret, path);
  SecretSource source;
  const bool env = map.Text("env", source.name);
  const bool file = map.Path("file", source.name);
  if (env == file || source.name.empty()) {
    reading.Complain(map.place(), path, env && file ? "both env and file" : "",
                     "either env: NAME or file: PATH");
    return std::nullopt;
  }
  source.kind = env ? SecretSource::Kind::kEnv : SecretSource::Kind::kFile;
  const bool is_name = std::all_of(source.name.begin(), source.name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
  if (env && !is_name) {
    // Perhaps the secret itself: not shown.
    reading.Complain(map.Find("env")->place, map.PathOf("env"), "",
                     "the name of an environment variable (letters, digits and _), not its value");
    return std::nullopt;
  }
  return source;
}

bool IsToken(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kOthers.find(c) != kOthers.npos;
  });
}

bool HoldsSecret(std::string_view lower_name) {
  constexpr std::array<std::string_view, 9> kNames{
      "authorization", "proxy-authorization",       "x-api-key",       "api-key",       "apikey",
      "x-auth-token",  "ocp-apim-subscription-key", "x-functions-key", "x-access-token"};
  return std::find(kNames.begin(), kNames.end(), lower_name) != kNames.end();
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// Data that would end the header's line and begin another one.
void CheckCells(Reading& reading, const Node& node, const std::string& path,
                const Template& value) {
  for (const TemplatePart& part : value.parts) {
    if (part.kind != TemplatePart::Kind::kColumn) {
      continue;
    }
    const DataSet& set = reading.scenario.data[static_cast<std::size_t>(part.data)];
    for (std::size_t row = 0; row < set.rows.size(); ++row) {
      std::string cell;
      AppendJsonUnescaped(set.rows[row][static_cast<std::size_t>(part.column)], cell);
      if (HasControl(cell)) {
        reading.Complain(
            node.place, path,
            fmt::format("a control character in row {} of {}.{}", row + 1, set.name, part.text),
            "text of one line in a header");
        return;
      }
    }
  }
}

void ReadHeader(Reading& reading, const std::string& name, const Place& name_place,
                const Node& node, const std::string& path,
                std::vector<std::pair<std::string, Template>>& headers,
                std::vector<std::pair<std::string, SecretSource>>* secrets) {
  const std::string lower = Lower(name);
  if (!IsToken(name)) {
    reading.Complain(name_place, path, Quote(name), "the name of a header field");
    return;
  }
  if (lower == "content-length" || lower == "transfer-encoding" || lower == "connection") {
    reading.Complain(name_place, path, Quote(name),
                     "no such header: it is written as the body and connections.keep_alive demand");
    return;
  }
  const std::string own_path = fmt::format("{}.{}", path, name);
  if (node.kind == Node::Kind::kMap && secrets != nullptr) {
    if (std::optional<SecretSource> source = ReadSecret(reading, node, own_path)) {
      secrets->emplace_back(name, *std::move(source));
    }
    return;
  }
  Template value;
  if (node.kind != Node::Kind::kScalar) {
    reading.Complain(node.place, own_path, Describe(node),
                     secrets == nullptr ? "text; secrets belong under target.headers"
                                        : "text, {env: NAME} or {file: PATH}");
    return;
  }
  if (!ReadTemplate(reading, node, own_path, TemplatePart::Context::kText, value)) {
    return;
  }
  if (HoldsSecret(lower) && value.IsStatic()) {
    reading.Complain(
        node.place, own_path, "a literal value (not shown)",
        lower == "authorization"
            ? "target.bearer or target.basic with {env: NAME} or {file: PATH} (--bearer-env NAME)"
            : "{env: NAME} or {file: PATH} under target.headers");
    return;
  }
  for (const TemplatePart& part : value.parts) {
    if (part.kind == TemplatePart::Kind::kLiteral && HasControl(part.text)) {
      reading.Complain(node.place, own_path, "a control character", "text of one line");
      return;
    }
  }
  CheckCells(reading, node, own_path, value);
  headers.emplace_back(name, std::move(value));
}

void ReadTls(const MapReader& target) {
  TlsPolicy& tls = target.reading().scenario.target.tls;
  const MapReader map(target.reading(), target.Find("tls"), Section::kTls, target.PathOf("tls"));
  map.Path("ca_file", tls.ca_file);
  map.Path("cert_file", tls.client_certificate_file);
  map.Path("key_file", tls.client_key_file);
  map.Bool("insecure", tls.insecure);
  if (tls.client_certificate_file.empty() != tls.client_key_file.empty()) {
    target.reading().Complain(map.place(), map.path(), "one of cert_file and key_file",
                              "both or none");
  }
}

// `host:port:addr`; the address may be IPv6, with or without brackets.
bool IsOverride(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == text.npos ? text.npos : text.find(':', first + 1);
  if (second == text.npos || !IsHost(text.substr(0, first)) ||
      !IsPort(text.substr(first + 1, second - first - 1))) {
    return false;
  }
  std::string address = text.substr(second + 1);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  return IsAddress(address);
}

void ReadConnections(const MapReader& target) {
  Reading& reading = target.reading();
  ConnectionPolicy& policy = reading.scenario.target.connections;
  const MapReader map(reading, target.Find("connections"), Section::kConnections,
                      target.PathOf("connections"));
  map.Bool("keep_alive", policy.keep_alive);
  map.Count("max", 0, kManyConnections, policy.max_connections);
  map.Count("max_requests", 0, std::numeric_limits<std::int64_t>::max(), policy.max_requests);
  map.TimeSpan("max_age", Duration::zero(), policy.max_age);
  map.TimeSpan("resolve_every", Duration::zero(), policy.resolve_every);
  for (const auto& [node, path] : map.Texts("resolve")) {
    constexpr std::string_view kForm = "host:port:address such as api.example.com:443:10.0.0.7";
    std::string text;
    if (!ReadText(reading, *node, path, kForm, text)) {
      continue;
    }
    if (!IsOverride(text)) {
      reading.Complain(node->place, path, Quote(node->text), std::string(kForm));
      continue;
    }
    policy.resolve.push_back(std::move(text));
  }
}

void ReadCredentials(const MapReader& target) {
  Reading& reading = target.reading();
  Credentials& credentials = reading.scenario.target.credentials;
  if (const Node* bearer = target.Find("bearer")) {
    credentials.bearer = ReadSecret(reading, *bearer, target.PathOf("bearer"));
  }
  if (const Node* basic = target.Find("basic")) {
    credentials.basic = ReadSecret(reading, *basic, target.PathOf("basic"));
    if (target.Has("bearer")) {
      reading.Complain(basic->place, target.path(), "both bearer and basic", "one of them");
    }
  }
}

// Authorization is said once.
void CheckAuthorization(const MapReader& target) {
  Reading& reading = target.reading();
  const Node* headers = target.Find("headers");
  if (headers == nullptr || (!target.Has("bearer") && !target.Has("basic"))) {
    return;
  }
  for (std::size_t i = 0; i < headers->keys.size(); ++i) {
    if (Lower(headers->keys[i]) == "authorization") {
      reading.Complain(headers->key_places[i], target.PathOf("headers"),
                       "Authorization beside bearer or basic", "one of them");
    }
  }
}

}  // namespace

void ReadHeaders(const MapReader& map, std::vector<std::pair<std::string, Template>>& headers,
                 std::vector<std::pair<std::string, SecretSource>>* secrets) {
  Reading& reading = map.reading();
  const Node* node = map.Find("headers");
  if (node == nullptr) {
    return;
  }
  const std::string path = map.PathOf("headers");
  if (node->kind != Node::Kind::kMap) {
    reading.Complain(node->place, path, node->kind == Node::Kind::kList ? "a list" : "text",
                     "a map of names to values");
    return;
  }
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const std::string lower = Lower(node->keys[i]);
    if (std::find(seen.begin(), seen.end(), lower) != seen.end()) {
      reading.Complain(node->key_places[i], path, fmt::format("{} twice", Quote(node->keys[i])),
                       "each header once, whatever its case");
      continue;
    }
    seen.push_back(lower);
    ReadHeader(reading, node->keys[i], node->key_places[i], node->items[i], path, headers, secrets);
  }
}

void ReadTimeouts(const MapReader& map, Timeouts& timeouts) {
  const Node* node = map.Find("timeout");
  if (node == nullptr) {
    return;
  }
  if (node->kind == Node::Kind::kScalar) {
    map.TimeSpan("timeout", 1ns, timeouts.whole);
    return;
  }
  const MapReader inner(map.reading(), node, Section::kTimeout, map.PathOf("timeout"));
  inner.TimeSpan("connect", Duration::zero(), timeouts.connect);
  inner.TimeSpan("first_byte", Duration::zero(), timeouts.first_byte);
  inner.TimeSpan("whole", Duration::zero(), timeouts.whole);
}

void ReadTarget(const MapReader& root) {
  Reading& reading = root.reading();
  Target& target = reading.scenario.target;
  const Node* node = root.Find("target");
  Node widened;
  if (node != nullptr && node->kind == Node::Kind::kScalar) {
    widened.kind = Node::Kind::kMap;
    widened.place = node->place;
    widened.Add("url", node->place) = *node;
    node = &widened;
  }
  const MapReader map(reading, node, Section::kTarget, "target");
  if (node == nullptr || node->kind == Node::Kind::kMap) {
    ReadUrl(map);
  }
  ReadCredentials(map);
  ReadHeaders(map, target.headers, &target.credentials.headers);
  CheckAuthorization(map);
  ReadTls(map);
  ReadConnections(map);
  std::int64_t count = 0;
  if (map.Count("redirects", 0, 20, count)) {
    target.retry.max_redirects = static_cast<int>(count);
  }
  count = 0;
  if (map.Count("retries", 0, 20, count)) {
    target.retry.max_retries = static_cast<int>(count);
  }
  map.TimeSpan("backoff", 1ns, target.retry.backoff);
  ReadTimeouts(map, target.timeouts);
  if (map.Text("client", target.client) && HasControl(target.client)) {
    reading.Complain(map.Find("client")->place, map.PathOf("client"), "a control character",
                     "a name of one line");
  }
}

}  // namespace loadline::scenario
