// `tasks:` and `on_start:`: method, path, headers, body, checks, captures.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/json_text.h"
#include "scenario/check_text.h"
#include "scenario/json_body.h"
#include "scenario/json_path.h"
#include "scenario/model_payload.h"
#include "scenario/read.h"
#include "scenario/remote.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

using Context = TemplatePart::Context;

constexpr std::string_view kJsonType = "application/json";
// Where MLflow's scoring server takes requests, if the user does not say.
constexpr std::string_view kMlflowPath = "/invocations";
constexpr std::array<std::string_view, 5> kShapes{"plain", "mlflow", "kserve-v1", "kserve-v2",
                                                  "tfserving"};

std::string Upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return out;
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Reads the map of one request: of `tasks` or of `on_start`.
class RequestReader {
 public:
  RequestReader(Reading& reading, const Node* node, Section section, const std::string& path)
      : reading_(reading), map_(reading, node, section, path), is_task_(section == Section::kTask) {
    task_.timeouts = reading.scenario.target.timeouts;
  }

  Task Read(const std::string& default_name) {
    task_.name = default_name;
    if (map_.Text("name", task_.name)) {
      CheckName();
    }
    ReadHeaders(map_, task_.headers, nullptr);
    ReadBody();
    ReadMethodAndPath();
    if (asks_model_) {
      AskForPayload();
    }
    if (is_task_) {
      ReadTensors(map_, task_);
    }
    ReadContentType();
    ReadChecks();
    ReadTimeouts(map_, task_.timeouts);
    if (is_task_) {
      map_.Number("weight", task_.weight);
    } else {
      ReadCaptures();
    }
    return std::move(task_);
  }

 private:
  void CheckName() {
    // `score:p95 < 1s` must find the name again.
    if (task_.name.empty() || HasControl(task_.name) || task_.name.front() == ' ' ||
        task_.name.back() == ' ' || task_.name.find_first_of("<>=") != std::string::npos) {
      reading_.Complain(map_.Find("name")->place, map_.PathOf("name"), Quote(task_.name),
                        "a name without <, > and = and without spaces around it");
    }
  }

  void ReadMethodAndPath() {
    constexpr std::array<std::string_view, 7> kVerbs{"get",    "post", "put",    "patch",
                                                     "delete", "head", "options"};
    task_.method = task_.has_body ? "POST" : "GET";
    const Node* path = map_.Find("path");
    std::string path_key = "path";
    std::string_view verb;
    for (const std::string_view candidate : kVerbs) {
      const Node* node = map_.Find(candidate);
      if (node == nullptr) {
        continue;
      }
      if (path != nullptr) {
        reading_.Complain(node->place, map_.path(), fmt::format("{} and {}", path_key, candidate),
                          "one path");
        continue;
      }
      verb = candidate;
      path = node;
      path_key = candidate;
      task_.method = Upper(candidate);
    }
    if (map_.Text("method", task_.method)) {
      CheckMethod(verb);
    }
    if (path != nullptr) {
      ReadPath(*path, map_.PathOf(path_key));
    }
    if (path == nullptr) {
      UsualPath();
    } else if (is_task_ && map_.Has("model")) {
      reading_.Complain(map_.Find("model")->place, map_.path(), "both model and a path", "one");
    }
    if (path == nullptr && task_.shape == BodyShape::kPlain) {
      FollowLog();
    }
    if (task_.has_body && task_.method == "HEAD") {
      reading_.Complain(map_.place(), map_.path(), "a body for HEAD", "no body");
    }
  }

  // Where servers of the task's shape take requests: behind a bare host, or behind the model's own
  // address as V2 has it.
  void UsualPath() {
    const std::string& url = reading_.scenario.target.url;
    std::string model;
    const bool has_model = is_task_ && map_.Text("model", model);
    const bool v2 = task_.shape == BodyShape::kKserveV2;
    const bool named =
        v2 || task_.shape == BodyShape::kKserveV1 || task_.shape == BodyShape::kTfServing;
    if (has_model && !named) {
      reading_.Complain(map_.Find("model")->place, map_.PathOf("model"), Quote(model),
                        "as: kserve-v1, kserve-v2 or tfserving beside it");
    } else if (has_model && !IsModelName(model)) {
      reading_.Complain(map_.Find("model")->place, map_.PathOf("model"), Quote(model),
                        "a model's name of letters, digits, -, _ and .");
    } else if (has_model && !HasNoPath(url)) {
      reading_.Complain(map_.Find("model")->place, map_.path(), "a model, but the URL has a path",
                        "a URL of scheme, host and port, or no model");
    } else if (has_model) {
      AppendLiteral(v2 ? fmt::format("/v2/models/{}/infer", model)
                       : fmt::format("/v1/models/{}:predict", model),
                    task_.path);
    } else if (task_.shape == BodyShape::kMlflow && HasNoPath(url)) {
      AppendLiteral(kMlflowPath, task_.path);
    } else if (named && HasNoPath(url) && !url.empty()) {
      reading_.Complain(
          map_.Find("as")->place, map_.path(),
          fmt::format("as: {} without a model", kShapes[static_cast<std::size_t>(task_.shape)]),
          "model: NAME (--model NAME), or a path that names it");
    } else if (v2 && EndsWithModel(url, "/v2/models/")) {
      AppendLiteral("/infer", task_.path);
    } else if (named && !v2 && EndsWithModel(url, "/v1/models/") &&
               url.find(':', url.rfind('/')) == std::string::npos) {
      reading_.Complain(map_.Find("as")->place, "target.url", Quote(url),
                        "the same with :predict behind it");
    }
  }

  static bool IsModelName(const std::string& model) {
    return !model.empty() && std::all_of(model.begin(), model.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    });
  }

  // `…/v2/models/NAME`, nothing behind the name.
  static bool EndsWithModel(const std::string& url, std::string_view before) {
    const std::size_t at = url.rfind(before);
    return at != std::string::npos && url.size() > at + before.size() &&
           url.find_first_of("/?", at + before.size()) == std::string::npos;
  }

  void CheckMethod(std::string_view verb) {
    const Node& node = *map_.Find("method");
    const bool letters =
        !task_.method.empty() && std::all_of(task_.method.begin(), task_.method.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        });
    if (!letters) {
      reading_.Complain(node.place, map_.PathOf("method"), Quote(task_.method),
                        "a method in capitals such as GET or POST");
    } else if (!verb.empty() && node.place.flag.empty() && task_.method != Upper(verb)) {
      reading_.Complain(node.place, map_.path(), fmt::format("{} and method", verb), "one method");
    }
  }

  // `http://host` or `http://host/`.
  static bool HasNoPath(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t slash = scheme == url.npos ? url.npos : url.find_first_of("/?", scheme + 3);
    return slash == url.npos || url.substr(slash) == "/";
  }

  void ReadPath(const Node& node, const std::string& path) {
    constexpr std::string_view kForm = "a path that begins with / (or ? for a query alone)";
    if (node.kind != Node::Kind::kScalar) {
      reading_.Complain(node.place, path, Describe(node), std::string(kForm));
      return;
    }
    if (!ReadTemplate(reading_, node, path, Context::kPath, task_.path) ||
        task_.path.parts.empty()) {
      return;
    }
    if (task_.path.parts.size() == 1 && task_.path.parts[0].kind == TemplatePart::Kind::kColumn) {
      ReadWholePath(node, path);
      return;
    }
    const std::string& first = task_.path.parts[0].text;
    if (task_.path.parts[0].kind != TemplatePart::Kind::kLiteral ||
        (first[0] != '/' && first[0] != '?')) {
      reading_.Complain(node.place, path, Quote(node.text), std::string(kForm));
      return;
    }
    for (const TemplatePart& part : task_.path.parts) {
      const bool bad = std::any_of(part.text.begin(), part.text.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
               c == '#';
      });
      if (part.kind == TemplatePart::Kind::kLiteral && bad) {
        reading_.Complain(node.place, path, Quote(node.text),
                          "a path without spaces, # and non-ASCII letters; write them as %20");
        return;
      }
    }
  }

  // The path is a data set's column: its cells are sent as they are.
  void ReadWholePath(const Node& node, const std::string& path) {
    TemplatePart& part = task_.path.parts[0];
    part.context = Context::kText;
    const DataSet& set = reading_.scenario.data[static_cast<std::size_t>(part.data)];
    for (std::size_t i = 0; i < set.rows.size(); ++i) {
      const std::string& cell = set.rows[i][static_cast<std::size_t>(part.column)];
      if (!cell.starts_with("\"/")) {
        reading_.Complain(node.place, path,
                          fmt::format("{} in row {} of {}", cell, i + 1, set.name),
                          "paths that begin with / in that column");
        return;
      }
    }
  }

  // What a replayed log asked for, where nothing else is said.
  void FollowLog() {
    const std::vector<DataSet>& data = reading_.scenario.data;
    const auto log = std::find_if(data.begin(), data.end(), [](const DataSet& set) {
      return set.name == "replay" && set.format == DataFormat::kAccessLog && !set.rows.empty();
    });
    if (log == data.end() || !is_task_ || task_.has_body || map_.Has("method")) {
      return;
    }
    TemplatePart part;
    part.kind = TemplatePart::Kind::kColumn;
    part.context = Context::kText;
    part.text = "path";
    part.data = static_cast<int>(log - data.begin());
    part.column = static_cast<int>(std::find(log->columns.begin(), log->columns.end(), "path") -
                                   log->columns.begin());
    task_.path.parts = {std::move(part)};
  }

  void ReadBody() {
    const Node* json = map_.Find("json");
    const Node* body = map_.Find("body");
    const Node* rows = is_task_ ? map_.Find("rows") : nullptr;
    int shape = 0;
    if (is_task_) {
      map_.Choice("as", shape);
    }
    task_.shape = static_cast<BodyShape>(shape);  // In the order of the choices.
    const int bodies = (json != nullptr) + (body != nullptr) + (rows != nullptr);
    if (bodies > 1) {
      const Node* last = rows != nullptr ? rows : body;
      reading_.Complain(last->place, map_.path(), "more than one of json, body and rows", "one");
      return;
    }
    asks_model_ = bodies == 0 && reading_.outside.ask_model &&
                  (task_.shape == BodyShape::kKserveV2 || task_.shape == BodyShape::kTfServing);
    if (task_.shape != BodyShape::kPlain && bodies == 0 && !asks_model_) {
      reading_.Complain(
          map_.Find("as")->place, map_.path(),
          fmt::format("as: {} without rows", kShapes[static_cast<std::size_t>(shape)]),
          "rows: with a data set or a file (--rows data.csv)");
      return;
    }
    task_.has_body = bodies == 1 || asks_model_;
    if (asks_model_) {
      task_.content_type = kJsonType;
    }
    if (json != nullptr) {
      task_.body_is_json = true;
      task_.content_type = kJsonType;
      ReadJsonBody(reading_, *json, map_.PathOf("json"), task_.body);
    } else if (body != nullptr) {
      ReadPlainBody(*body);
    } else if (rows != nullptr) {
      ReadRows(*rows);
    }
    if (is_task_ && rows == nullptr && map_.Has("batch")) {
      reading_.Complain(map_.Find("batch")->place, map_.path(), "batch without rows",
                        "rows: with the data set that is sent in batches");
    }
  }

  void AskForPayload() {
    const std::optional<ModelAnswer> answer =
        AskModel(reading_, map_.Find("as")->place, map_.path(), task_, kOrRows);
    if (answer.has_value()) {
      UsePayload(reading_, *answer, task_);
    }
  }

  // `body: text` with templates, or `body: {file: …}`, sent as it is. A body of MLflow's shape
  // may be given ready-made.
  void ReadPlainBody(const Node& node) {
    const std::string path = map_.PathOf("body");
    if (node.kind == Node::Kind::kScalar) {
      ReadTemplate(reading_, node, path, Context::kText, task_.body);
      const bool is_json = node.text.starts_with('{') || node.text.starts_with('[');
      task_.content_type = is_json ? kJsonType : "text/plain; charset=utf-8";
      return;
    }
    const MapReader map(reading_, &node, Section::kBody, path);
    if (!map.Path("file", task_.body_file)) {
      if (node.kind == Node::Kind::kMap) {
        reading_.Complain(node.place, path, "", "file: PATH");
      }
      return;
    }
    std::string content;
    if (!task_.body_file.empty() &&
        reading_.ReadFile(*map.Find("file"), map.PathOf("file"), task_.body_file, content)) {
      AppendLiteral(content, task_.body);
      task_.content_type = IsJson(content)   ? kJsonType
                           : IsUtf8(content) ? "text/plain; charset=utf-8"
                                             : "application/octet-stream";
    }
  }

  // `rows:` names a data set, or a file, or holds the rows; `batch:` of them make a body.
  void ReadRows(const Node& node) {
    const std::string path = map_.PathOf("rows");
    constexpr std::string_view kForm = "a data set, a .csv or .jsonl file, or JSON objects";
    std::string text;
    if (!ReadText(reading_, node, path, kForm, text)) {
      return;
    }
    std::int64_t batch = 1;
    map_.Count("batch", 1, 1'000'000, batch);
    const int data = FindOrAddData(node, path, text);
    if (data < 0) {
      return;
    }
    task_.content_type = kJsonType;
    if (task_.shape != BodyShape::kPlain) {
      task_.shape_data = data;
      task_.shape_rows = static_cast<int>(batch);
      return;
    }
    TemplatePart part;
    part.kind = batch == 1 ? TemplatePart::Kind::kRow : TemplatePart::Kind::kRows;
    part.context = Context::kJsonValue;
    part.data = data;
    part.low = batch == 1 ? 0 : batch;
    AppendPart(std::move(part), task_.body);
    task_.body_is_json = true;
  }

  // Index of the data set that `rows:` means; -1 after a fault.
  int FindOrAddData(const Node& node, const std::string& path, const std::string& text) {
    std::vector<DataSet>& data = reading_.scenario.data;
    const auto named = [&](std::string_view name) {
      return std::find_if(data.begin(), data.end(),
                          [&](const DataSet& set) { return set.name == name; });
    };
    if (const auto found = named(text); found != data.end()) {
      return found->rows.empty() ? -1 : static_cast<int>(found - data.begin());
    }
    if (RefuseUrl(reading_, node, path, text)) {
      return -1;
    }
    DataSet set;
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin != std::string::npos && (text[begin] == '{' || text[begin] == '[')) {
      set.format = DataFormat::kInline;
      set.file = text;
    } else if (const std::optional<DataFormat> format = FormatOf(text)) {
      set.format = *format;
    } else {
      reading_.Complain(node.place, path, Quote(node.text),
                        "a data set under data:, a .csv or .jsonl file, or JSON objects");
      return -1;
    }
    if (set.format != DataFormat::kInline) {
      set.file = reading_.Resolve(node.place, text);
    }
    const auto taken = [&](const std::string& name) {
      const std::vector<std::string>& captured = reading_.scenario.captured;
      return named(name) != data.end() ||
             std::find(captured.begin(), captured.end(), name) != captured.end();
    };
    set.name = "rows";
    for (int i = 2; taken(set.name); ++i) {
      set.name = fmt::format("rows-{}", i);
    }
    return AddDataSet(reading_, node, path, std::move(set));
  }

  void ReadContentType() {
    if (const Node* node = map_.Find("content_type")) {
      std::string type;
      map_.Text("content_type", type);
      if (HasControl(type) || !task_.has_body) {
        reading_.Complain(node->place, map_.PathOf("content_type"), Quote(node->text),
                          task_.has_body ? "a media type such as text/csv" : "a body with it");
      }
      task_.content_type = std::move(type);
    }
    // Said among the headers, it is not said again.
    const auto says = [](const auto& headers) {
      return std::any_of(headers.begin(), headers.end(),
                         [](const auto& header) { return Upper(header.first) == "CONTENT-TYPE"; });
    };
    if (says(task_.headers) || says(reading_.scenario.target.headers)) {
      task_.content_type.clear();
    }
  }

  void ReadChecks() {
    for (const auto& [node, path] : map_.Texts("check")) {
      std::string text;
      if (!ReadText(reading_, *node, path, "a check such as status == 200", text)) {
        continue;
      }
      Result<Check> check = HasControl(text)
                                ? Error{ErrorCode::kInvalidArgument, "a check of one line"}
                                : ParseCheck(text);
      if (!check.has_value()) {
        reading_.Complain(node->place, path, Quote(node->text), check.error().message);
        continue;
      }
      task_.checks.push_back(*std::move(check));
    }
  }

  void ReadCaptures() {
    const Node* node = map_.Find("capture");
    if (node == nullptr || node->kind != Node::Kind::kMap) {
      return;  // Complained of by ReadCapturedNames().
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      const std::vector<std::string>& names = reading_.scenario.captured;
      const auto found = std::find(names.begin(), names.end(), node->keys[i]);
      if (found == names.end()) {
        continue;
      }
      Capture capture;
      capture.name = node->keys[i];
      capture.index = static_cast<int>(found - names.begin());
      if (ReadCapture(node->items[i], fmt::format("{}.{}", map_.PathOf("capture"), capture.name),
                      capture)) {
        task_.captures.push_back(std::move(capture));
      }
    }
  }

  // `$.token`, `{json: $.token}` or `{header: X-Token}`.
  bool ReadCapture(const Node& node, const std::string& path, Capture& capture) {
    constexpr std::string_view kForm = "a JSON path such as $.token, or {header: NAME}";
    if (node.kind == Node::Kind::kScalar) {
      if (!ReadText(reading_, node, path, kForm, capture.json_path)) {
        return false;
      }
    } else {
      const MapReader map(reading_, &node, Section::kCapture, path);
      const bool json = map.Text("json", capture.json_path);
      const bool header = map.Text("header", capture.header);
      if (json == header) {
        reading_.Complain(node.place, path, Describe(node), std::string(kForm));
        return false;
      }
    }
    std::string_view rest = capture.json_path;
    if (capture.header.empty() && (!JsonPath::Parse(rest).has_value() || !rest.empty())) {
      reading_.Complain(node.place, path, Describe(node), std::string(kForm));
      return false;
    }
    return true;
  }

  Reading& reading_;
  MapReader map_;
  bool is_task_;
  bool asks_model_ = false;  // No payload is given: the model server knows one.
  Task task_;
};

// The elements of a list of maps; a fault if it is something else.
const std::vector<Node>* ListOf(const MapReader& root, std::string_view key) {
  const Node* node = root.Find(key);
  if (node == nullptr) {
    return nullptr;
  }
  if (node->kind != Node::Kind::kList) {
    root.reading().Complain(node->place, std::string(key), Describe(*node),
                            "a list, each element with a dash in front");
    return nullptr;
  }
  return &node->items;
}

}  // namespace

void ReadCapturedNames(const MapReader& root) {
  Reading& reading = root.reading();
  const Node* node = root.Find("on_start");
  if (node == nullptr || node->kind != Node::Kind::kList) {
    return;
  }
  std::vector<std::string>& names = reading.scenario.captured;
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node* capture = node->items[i].Find("capture");
    if (capture == nullptr || capture->kind == Node::Kind::kNull) {
      continue;
    }
    const std::string path = fmt::format("on_start[{}].capture", i);
    if (capture->kind != Node::Kind::kMap) {
      reading.Complain(capture->place, path, Describe(*capture),
                       "names, each with a JSON path or {header: NAME}");
      continue;
    }
    for (std::size_t k = 0; k < capture->keys.size(); ++k) {
      const std::string& name = capture->keys[k];
      if (!IsName(name) || std::find(names.begin(), names.end(), name) != names.end()) {
        reading.Complain(capture->key_places[k], path, Quote(name),
                         "a name of letters, digits, _ and -, captured once, not random, uuid or "
                         "counter");
        continue;
      }
      names.push_back(name);
    }
  }
}

void ReadOnStart(const MapReader& root) {
  Reading& reading = root.reading();
  const std::vector<Node>* list = ListOf(root, "on_start");
  if (list == nullptr) {
    return;
  }
  reading.captured_so_far = 0;
  for (std::size_t i = 0; i < list->size(); ++i) {
    RequestReader request(reading, &(*list)[i], Section::kStart, fmt::format("on_start[{}]", i));
    reading.scenario.on_start.push_back(request.Read(fmt::format("start-{}", i + 1)));
    reading.captured_so_far += reading.scenario.on_start.back().captures.size();
  }
  reading.captured_so_far = reading.scenario.captured.size();
}

void ReadTasks(const MapReader& root) {
  Reading& reading = root.reading();
  std::vector<Task>& tasks = reading.scenario.tasks;
  if (!root.Has("tasks")) {
    RequestReader request(reading, nullptr, Section::kTask, "tasks[0]");
    tasks.push_back(request.Read("default"));
    return;
  }
  const std::vector<Node>* list = ListOf(root, "tasks");
  if (list == nullptr) {
    return;
  }
  if (list->empty()) {
    reading.Complain(root.Find("tasks")->place, "tasks", "an empty list", "at least one task");
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = fmt::format("tasks[{}]", i);
    RequestReader request(reading, &(*list)[i], Section::kTask, path);
    tasks.push_back(request.Read(list->size() == 1 ? "default" : fmt::format("task-{}", i + 1)));
    const auto same = std::find_if(tasks.begin(), tasks.end() - 1, [&](const Task& task) {
      return task.name == tasks.back().name;
    });
    if (same != tasks.end() - 1) {
      reading.Complain((*list)[i].place, path, fmt::format("the name {} twice", Quote(same->name)),
                       "each task's name once");
    }
  }
}

}  // namespace loadline::scenario
