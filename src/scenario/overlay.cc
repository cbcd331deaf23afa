// The command line's settings, laid over the tree of the file.
#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <utility>

#include "scenario/tree.h"

namespace loadline::scenario {
namespace {

constexpr std::size_t kAppend = static_cast<std::size_t>(-1);

// One step of a path: a key, or an index of a list (kAppend: `[]`).
struct Step {
  std::string key;
  std::size_t index = 0;
  bool is_index = false;
};

// `tasks[0].check[]`, `target.headers["X.Y"]`. Nothing if it is no path.
std::optional<std::vector<Step>> ParsePath(std::string_view text) {
  std::vector<Step> steps;
  while (!text.empty()) {
    Step step;
    if (text.starts_with("[\"")) {
      const std::size_t end = text.find("\"]");
      if (end == std::string_view::npos || end == 2) {
        return std::nullopt;
      }
      step.key = text.substr(2, end - 2);
      text.remove_prefix(end + 2);
    } else if (text.starts_with('[')) {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos || steps.empty()) {
        return std::nullopt;
      }
      const std::string_view digits = text.substr(1, end - 1);
      step.is_index = true;
      step.index = kAppend;
      if (!digits.empty()) {
        const char* stop = digits.data() + digits.size();
        const auto [parsed, fault] = std::from_chars(digits.data(), stop, step.index);
        if (fault != std::errc() || parsed != stop) {
          return std::nullopt;
        }
      }
      text.remove_prefix(end + 1);
    } else {
      const std::size_t end = std::min(text.find_first_of(".["), text.size());
      if (end == 0) {
        return std::nullopt;
      }
      step.key = text.substr(0, end);
      text.remove_prefix(end);
    }
    steps.push_back(std::move(step));
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      if (text.empty() || text.starts_with('[')) {
        return std::nullopt;
      }
    }
  }
  return steps.empty() ? std::nullopt : std::optional(std::move(steps));
}

Node Empty(Node::Kind kind, const Place& place) {
  Node node;
  node.kind = kind;
  node.place = place;
  return node;
}

void SetPlace(Node& node, const Place& place) {
  node.place = place;
  for (Place& key_place : node.key_places) {
    key_place = place;
  }
  for (Node& item : node.items) {
    SetPlace(item, place);
  }
}

// Keys of which only one can be meant: a flag's choice removes what the file chose.
struct Exclusive {
  std::string_view parent;  // `load`, or `task` for any element of tasks.
  std::string_view key;
  std::vector<std::string_view> removes;
};

const std::vector<Exclusive>& Exclusives() {
  static const std::vector<Exclusive> kExclusives{
      {"load", "rate", {"users", "spawn", "think", "think_law"}},
      {"load", "users", {"rate", "arrivals"}},
      {"task", "body", {"json", "rows", "batch", "types", "tensor"}},
      {"task", "json", {"body", "rows", "batch", "types", "tensor"}},
      {"task", "rows", {"json", "body"}},
      {"bearer", "env", {"file"}},
      {"bearer", "file", {"env"}},
      {"basic", "env", {"file"}},
      {"basic", "file", {"env"}},
      {"body", "file", {}},
      {"data", "csv", {"jsonl", "inline"}},
      {"data", "jsonl", {"csv", "inline"}},
      {"data", "inline", {"csv", "jsonl"}},
  };
  return kExclusives;
}

// Removes from `map` what `key`, about to be set by a flag, replaces; other flags' keys stay, so
// that two flags that contradict each other are still a fault.
void RemoveReplaced(std::string_view parent, const std::string& key, Node& map) {
  for (const Exclusive& rule : Exclusives()) {
    if (rule.parent != parent || rule.key != key) {
      continue;
    }
    for (const std::string_view other : rule.removes) {
      const Node* found = map.Find(other);
      if (found != nullptr && found->place.flag.empty()) {
        map.Remove(other);
      }
    }
  }
}

// `tasks[2]` is a `task`, `data.people` a `data`, everything else its key.
std::string_view NameForRules(const std::vector<Step>& steps, std::size_t at) {
  if (at >= 1 && steps[at].is_index && steps[at - 1].key == "tasks") {
    return "task";
  }
  if (at == 1 && steps[0].key == "data") {
    return "data";
  }
  return steps[at].key;
}

class Overlayer {
 public:
  Overlayer(Node& root, std::vector<Fault>& faults) : root_(root), faults_(faults) {}

  void Apply(const Setting& setting) {
    place_.flag = setting.flag;
    Node value;
    value.kind = Node::Kind::kScalar;
    value.text = setting.value;
    value.quoted = false;
    if (setting.yaml) {
      const std::size_t before = faults_.size();
      std::optional<Node> read = ReadYaml(setting.value, setting.flag, faults_);
      for (std::size_t i = before; i < faults_.size(); ++i) {
        faults_[i].where = setting.flag;
        faults_[i].path = setting.path;
      }
      if (!read.has_value()) {
        return;
      }
      value = std::move(*read);
    }
    SetPlace(value, place_);
    std::optional<std::vector<Step>> steps = ParsePath(setting.path);
    if (!steps.has_value()) {
      Complain("", fmt::format("'{}'", setting.path),
               "a path such as load.rate or tasks[0].headers[\"X-Id\"]");
      return;
    }
    if (ResolveTask(*steps, setting)) {
      Put(*steps, setting, std::move(value));
    }
  }

 private:
  void Complain(const std::string& path, std::string found, std::string expected) {
    faults_.push_back({place_.flag, path, std::move(found), std::move(expected)});
  }

  // `task.…` is `tasks[0].…` where there is at most one task.
  bool ResolveTask(std::vector<Step>& steps, const Setting& setting) {
    if (steps[0].key != "task") {
      return true;
    }
    const Node* tasks = root_.Find("tasks");
    if (tasks != nullptr && tasks->kind == Node::Kind::kList && tasks->items.size() > 1) {
      const std::string rest = setting.path.substr(setting.path.find('.'));
      Complain("tasks", fmt::format("{} tasks", tasks->items.size()),
               fmt::format("to be told which one: --set 'tasks[0]{}=…'", rest));
      return false;
    }
    steps[0].key = "tasks";
    steps.insert(steps.begin() + 1, Step{.key = {}, .index = 0, .is_index = true});
    return true;
  }

  // Walks down, making what is missing, and puts `value` at the end.
  void Put(const std::vector<Step>& steps, const Setting& setting, Node value) {
    Node* node = &root_;
    std::string_view parent;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      node = steps[i].is_index ? IntoList(*node, steps[i], setting)
                               : IntoMap(*node, steps[i].key, parent, setting);
      if (node == nullptr) {
        return;
      }
      parent = NameForRules(steps, i);
    }
    *node = std::move(value);
  }

  Node* IntoMap(Node& node, const std::string& key, std::string_view parent,
                const Setting& setting) {
    if (node.kind == Node::Kind::kScalar && (parent == "target" || parent == "timeout")) {
      WidenShortForm(node, parent);
    } else if (node.kind == Node::Kind::kNull ||
               (node.kind == Node::Kind::kScalar && parent == "body")) {
      node = Empty(Node::Kind::kMap, place_);
    }
    if (node.kind != Node::Kind::kMap) {
      Complain(setting.path, "a list or a value where a map is needed",
               fmt::format("the path to lead to '{}' through maps", key));
      return nullptr;
    }
    RemoveReplaced(parent, key, node);
    Node* found = node.Find(key);
    return found != nullptr ? found : &node.Add(key, place_);
  }

  // `target: URL` and `timeout: 10s` become the maps they stand for.
  static void WidenShortForm(Node& node, std::string_view parent) {
    Node map = Empty(Node::Kind::kMap, node.place);
    const Place place = node.place;
    map.Add(parent == "target" ? "url" : "whole", place) = std::move(node);
    node = std::move(map);
  }

  Node* IntoList(Node& node, const Step& step, const Setting& setting) {
    const bool is_map = node.kind == Node::Kind::kMap;
    const std::size_t size = node.kind == Node::Kind::kScalar ? 1 : is_map ? 0 : node.items.size();
    const std::size_t index = step.index == kAppend ? size : step.index;
    if (is_map || index > size) {
      Complain(setting.path, is_map ? "a map" : fmt::format("a list of {}", size),
               fmt::format("a list with an element [{}]", index));
      return nullptr;
    }
    if (node.kind == Node::Kind::kNull) {
      node = Empty(Node::Kind::kList, place_);
    } else if (node.kind == Node::Kind::kScalar) {
      // A single text where a list may stand (`check: status == 200`) is a list of one.
      Node list = Empty(Node::Kind::kList, node.place);
      list.items.push_back(std::move(node));
      node = std::move(list);
    }
    return index == size ? &node.items.emplace_back() : &node.items[index];
  }

  Node& root_;
  std::vector<Fault>& faults_;
  Place place_;
};

}  // namespace

void Overlay(std::span<const Setting> settings, Node& root, std::vector<Fault>& faults) {
  Overlayer overlayer(root, faults);
  for (const Setting& setting : settings) {
    overlayer.Apply(setting);
  }
}

}  // namespace loadline::scenario
