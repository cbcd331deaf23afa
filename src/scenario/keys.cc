#include "scenario/keys.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace loadline::scenario {
namespace {

using S = Section;
using T = KeyType;

constexpr std::string_view kVerbHelp = "The path, with the method in one word";

constexpr std::array kKeys{
    Key{S::kRoot, "loadline", T::kVersion, "Version of the file's format", "1"},
    Key{S::kRoot,
        "target",
        T::kMapOrText,
        "The endpoint under test; text is its URL",
        {},
        S::kTarget},
    Key{S::kRoot, "data", T::kNamed, "Data sets whose rows fill requests", {}, S::kData},
    Key{S::kRoot,
        "on_start",
        T::kList,
        "Requests sent once per user before the load",
        {},
        S::kStart},
    Key{S::kRoot, "tasks", T::kList, "The kinds of requests", {}, S::kTask},
    Key{S::kRoot, "objectives", T::kTexts, "What must hold over all tasks: `p95 < 200ms`"},
    Key{S::kRoot, "load", T::kMap, "The load of run and verify", {}, S::kLoad},
    Key{S::kRoot, "find", T::kMap, "What a search is asked for", {}, S::kFind},
    Key{S::kRoot, "label", T::kText, "A name for the runs made with this scenario"},

    Key{S::kTarget, "url", T::kText, "http or https URL; its path goes before every task's"},
    Key{S::kTarget, "bearer", T::kMap, "Where the bearer token is read from", {}, S::kSecret},
    Key{S::kTarget, "basic", T::kMap, "Where `user:password` is read from", {}, S::kSecret},
    Key{S::kTarget, "headers", T::kHeaders, "Header fields of every request"},
    Key{S::kTarget, "tls", T::kMap, "How the server is verified and who we are", {}, S::kTls},
    Key{S::kTarget,
        "connections",
        T::kMap,
        "How connections are kept and spread",
        {},
        S::kConnections},
    Key{S::kTarget, "redirects", T::kCount, "Redirects followed, to the same origin only", "0"},
    Key{S::kTarget, "retries", T::kCount, "Attempts after a connect error, reset or 503", "0"},
    Key{S::kTarget, "backoff", T::kDuration, "Pause before the first retry; doubles", "100ms"},
    Key{S::kTarget, "timeout", T::kMapOrText, "Limits of tasks without their own", "30s",
        S::kTimeout},
    Key{S::kTarget, "client", T::kText, "Our name, added to User-Agent"},

    Key{S::kTls, "ca_file", T::kText, "PEM file of trusted authorities instead of the system's"},
    Key{S::kTls, "cert_file", T::kText, "PEM file of the client's certificate and chain"},
    Key{S::kTls, "key_file", T::kText, "PEM file of the client's key"},
    Key{S::kTls, "insecure", T::kBool, "Do not verify the server; named in every result", "false"},

    Key{S::kConnections, "keep_alive", T::kBool, "Use a connection again; false: new per request",
        "true"},
    Key{S::kConnections, "max", T::kCount, "Open at once; 0: as many as needed", "0"},
    Key{S::kConnections, "max_requests", T::kCount, "Requests per connection; 0: no limit", "0"},
    Key{S::kConnections, "max_age", T::kDuration, "Age of a connection; 0: no limit", "0"},
    Key{S::kConnections, "resolve_every", T::kDuration, "The name is looked up again; 0: never",
        "30s"},
    Key{S::kConnections, "resolve", T::kTexts, "Addresses instead of a lookup: `host:port:addr`"},

    Key{S::kSecret, "env", T::kText, "Name of an environment variable"},
    Key{S::kSecret, "file", T::kText, "Path of a file; one newline at its end is cut off"},

    Key{S::kData, "csv", T::kText, "Path or URL of a CSV file with a header line"},
    Key{S::kData, "jsonl", T::kText, "Path or URL of a JSON Lines file, one object a line"},
    Key{S::kData, "log", T::kText, "Access log of a web server, or its URL: its GET requests"},
    Key{S::kData, "inline", T::kText, "The rows themselves: JSON objects, one a line or a list"},
    Key{S::kData, "sha256", T::kText, "Of a URL: the file's SHA-256, in hexadecimal"},
    Key{S::kData, "ca_file", T::kText, "Of a URL: PEM file of trusted authorities", "the target's"},
    Key{S::kData, "order", T::kChoice, "In which order rows are taken", "cycle", S::kRoot,
        "cycle|random|shuffle|once"},

    Key{S::kTask, "name", T::kText, "What objectives and reports call it", "task-1, task-2, …"},
    Key{S::kTask, "weight", T::kNumber, "Share of requests relative to the other tasks", "1"},
    Key{S::kTask, "method", T::kText, "The method", "POST with a body, else GET"},
    Key{S::kTask, "path", T::kTemplate, "Added to the path of the target's URL"},
    Key{S::kTask, "get", T::kTemplate, kVerbHelp},
    Key{S::kTask, "post", T::kTemplate, kVerbHelp},
    Key{S::kTask, "put", T::kTemplate, kVerbHelp},
    Key{S::kTask, "patch", T::kTemplate, kVerbHelp},
    Key{S::kTask, "delete", T::kTemplate, kVerbHelp},
    Key{S::kTask, "head", T::kTemplate, kVerbHelp},
    Key{S::kTask, "options", T::kTemplate, kVerbHelp},
    Key{S::kTask, "headers", T::kHeaders, "Header fields; replace the target's of the same name"},
    Key{S::kTask, "json", T::kAny, "A JSON body, written as YAML"},
    Key{S::kTask, "body", T::kMapOrText, "A body as text, or `{file: …}` as it is", {}, S::kBody},
    Key{S::kTask, "content_type", T::kText, "Content-Type of the body", "by the body"},
    Key{S::kTask, "as", T::kChoice, "Wire shape of the body", "plain", S::kRoot,
        "plain|mlflow|kserve-v1|kserve-v2|tfserving"},
    Key{S::kTask, "model", T::kText, "Model's name, for the path of kserve-v1, -v2, tfserving"},
    Key{S::kTask, "rows", T::kText, "Rows of the body: a data set, a file, or JSON objects"},
    Key{S::kTask, "batch", T::kCount, "Rows per request", "1"},
    Key{S::kTask, "types", T::kDatatypes,
        "Datatypes of the columns for kserve-v2: `FP32`, `{age: FP32, name: BYTES}`, or `model`",
        "as the cells are"},
    Key{S::kTask, "tensor", T::kText, "kserve-v2: all columns side by side in one tensor so named"},
    Key{S::kTask, "check", T::kTexts, "What the reply must satisfy: `status == 200`"},
    Key{S::kTask, "objectives", T::kTexts, "What must hold for this task"},
    Key{S::kTask, "timeout", T::kMapOrText, "Limits; text limits the whole", "the target's",
        S::kTimeout},

    Key{S::kStart, "name", T::kText, "What reports call it", "start-1, start-2, …"},
    Key{S::kStart, "method", T::kText, "The method", "POST with a body, else GET"},
    Key{S::kStart, "path", T::kTemplate, "Added to the path of the target's URL"},
    Key{S::kStart, "get", T::kTemplate, kVerbHelp},
    Key{S::kStart, "post", T::kTemplate, kVerbHelp},
    Key{S::kStart, "put", T::kTemplate, kVerbHelp},
    Key{S::kStart, "patch", T::kTemplate, kVerbHelp},
    Key{S::kStart, "delete", T::kTemplate, kVerbHelp},
    Key{S::kStart, "head", T::kTemplate, kVerbHelp},
    Key{S::kStart, "options", T::kTemplate, kVerbHelp},
    Key{S::kStart, "headers", T::kHeaders, "Header fields; replace the target's of the same name"},
    Key{S::kStart, "json", T::kAny, "A JSON body, written as YAML"},
    Key{S::kStart, "body", T::kMapOrText, "A body as text, or `{file: …}` as it is", {}, S::kBody},
    Key{S::kStart, "content_type", T::kText, "Content-Type of the body", "by the body"},
    Key{S::kStart, "check", T::kTexts, "What the reply must satisfy: `status == 200`"},
    Key{S::kStart,
        "capture",
        T::kNamed,
        "Values kept for later: a JSON path, or a header",
        {},
        S::kCapture},
    Key{S::kStart, "timeout", T::kMapOrText, "Limits; text limits the whole", "the target's",
        S::kTimeout},

    Key{S::kBody, "file", T::kText, "Path of a file sent as it is"},

    Key{S::kCapture, "json", T::kText, "JSON path of the value: `$.token`"},
    Key{S::kCapture, "header", T::kText, "Name of the header field that holds the value"},

    Key{S::kTimeout, "connect", T::kDuration, "Until connected, from the due time; 0: none", "10s"},
    Key{S::kTimeout, "first_byte", T::kDuration, "Until the first byte; 0: none", "0"},
    Key{S::kTimeout, "whole", T::kDuration, "Until the last byte; 0: none", "30s"},

    Key{S::kLoad, "rate", T::kLevels,
        "Open loop: requests per second, whatever the target does; or stages of them"},
    Key{S::kLoad, "arrivals", T::kChoice, "How arrivals are spread", "poisson", S::kRoot,
        "poisson|constant"},
    Key{S::kLoad, "users", T::kLevels,
        "Closed loop: users who wait for each answer; or stages of them"},
    Key{S::kLoad, "replay", T::kText, "Arrivals at recorded times: a data set, or a file"},
    Key{S::kLoad, "time_column", T::kText, "The replay's column of times",
        "time or timestamp, else the first"},
    Key{S::kLoad, "warp", T::kNumber, "So many times as fast as recorded", "1"},
    Key{S::kLoad, "loop", T::kBool, "Replays again and again", "false"},
    Key{S::kLoad, "spawn", T::kRate, "Users started per second; 0: all at once", "0"},
    Key{S::kLoad, "think", T::kDuration, "Mean pause of a user after an answer", "0"},
    Key{S::kLoad, "think_law", T::kChoice, "How pauses are spread", "exponential", S::kRoot,
        "exponential|constant"},
    Key{S::kLoad, "warmup", T::kDuration, "Recorded, but not judged, at the beginning", "0"},
    Key{S::kLoad, "duration", T::kDuration, "After the warm-up", "30s"},
    Key{S::kLoad, "requests", T::kCount, "Ends the load too, if reached first; 0: no limit", "0"},
    Key{S::kLoad, "seed", T::kCount, "Replays arrivals, pauses, tasks and data", "1"},

    Key{S::kFind, "by", T::kChoice, "What is varied", "rate", S::kRoot, "rate|users"},
    Key{S::kFind, "strategy", T::kChoice, "How to search", "bisect", S::kRoot, "bisect|staircase"},
    Key{S::kFind, "max", T::kLevel, "Never more than this", "2000; staircase: 100"},
    Key{S::kFind, "budget", T::kDuration, "Time for the whole search or verification",
        "5m; staircase: 30m"},
    Key{S::kFind, "confidence", T::kShare, "Of the verdict; 50% to 99.9%", "95%"},
    Key{S::kFind, "precision", T::kShare, "Wanted relative width of the bracket", "5%"},
    Key{S::kFind, "covers", T::kDuration, "Slowest periodic activity to include", "0"},
    Key{S::kFind, "start", T::kCount, "Staircase: users of the first step", "4"},
    Key{S::kFind, "step", T::kCount, "Staircase: how many more users each step has", "4"},
    Key{S::kFind, "repeat", T::kCount, "Staircase: rounds that must agree", "3"},
};

char Lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Optimal string alignment distance: insert, delete, replace, swap neighbours.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t replace = Lower(a[i - 1]) == Lower(b[j - 1]) ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + replace});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view Name(Section section) {
  constexpr std::array<std::string_view, kSections> kNames{
      "the file",   "target", "tls",     "connections", "secret", "data", "tasks[]",
      "on_start[]", "body",   "capture", "timeout",     "load",   "find"};
  return kNames[static_cast<std::size_t>(section)];
}

std::span<const Key> Keys() {
  return kKeys;
}

std::vector<std::string_view> KeysOf(Section section) {
  std::vector<std::string_view> names;
  for (const Key& key : kKeys) {
    if (key.in == section) {
      names.push_back(key.name);
    }
  }
  return names;
}

const Key* FindKey(Section section, std::string_view name) {
  for (const Key& key : kKeys) {
    if (key.in == section && key.name == name) {
      return &key;
    }
  }
  return nullptr;
}

std::string_view Nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > 40) {
    return {};
  }
  std::string_view best;
  // A third of the letters may be wrong: `durration`, `user`, but not `foo` for `body`.
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace loadline::scenario
