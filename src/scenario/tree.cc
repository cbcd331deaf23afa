// Reading YAML with yaml-cpp's events: the only file that includes it.
#include "scenario/tree.h"

#include <fmt/core.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "base/check.h"
#include "base/json_text.h"

namespace loadline::scenario {
namespace {

// Nodes of a tree, itself included.
std::size_t CountNodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) {
    count += CountNodes(item);
  }
  return count;
}

std::size_t Depth(const Node& node) {
  std::size_t deepest = 0;
  for (const Node& item : node.items) {
    deepest = std::max(deepest, Depth(item));
  }
  return deepest + 1;
}

// Turns yaml-cpp's events into a tree. Once a limit is passed, all further events are ignored: the
// library cannot be told to stop, but the file is small.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& name, std::vector<Fault>& faults) : name_(name), faults_(faults) {}

  void OnDocumentStart(const YAML::Mark& mark) override { first_line_ = mark.line + 1; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place.line = mark.line + 1;
    Deliver(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Complain(mark.line + 1, "an alias inside what it stands for", "a finite document");
      stopped_ = true;
      return;
    }
    // Counted before it is copied: nine aliases of nine aliases of nine … never come to life.
    if (found->second.nodes > kMaxNodes - std::min(kMaxNodes, nodes_) ||
        found->second.depth + open_.size() > kMaxDepth) {
      Overflow(mark.line + 1);
      return;
    }
    nodes_ += found->second.nodes - 1;
    Node copy = found->second.node;
    Deliver(std::move(copy), YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::kScalar;
    node.place.line = mark.line + 1;
    node.text = value;
    node.quoted = tag != "?" && !tag.empty();  // `!` is a quoted scalar.
    CheckTag(mark, tag);
    Deliver(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

  [[nodiscard]] Node TakeRoot() { return std::move(root_); }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] int first_line() const { return first_line_; }

  void Complain(int line, std::string found, std::string expected) {
    faults_.push_back(
        {fmt::format("{}:{}", name_, line), "", std::move(found), std::move(expected)});
  }

 private:
  struct OpenNode {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool awaits_value = false;  // kMap: the last key has no value yet.
    bool drop_value = false;    // kMap: the value to come belongs to a doubled or bad key.
    std::set<std::string> seen;
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 1;
    std::size_t depth = 1;
  };

  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str" && !stopped_) {
      Complain(mark.line + 1, "the tag " + tag, "no tags but !!str");
    }
  }

  void Overflow(int line) {
    if (!std::exchange(stopped_, true)) {
      Complain(
          line, "",
          fmt::format("a file of at most {} values, nested at most {} deep", kMaxNodes, kMaxDepth));
    }
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    if (stopped_ || open_.size() >= kMaxDepth) {
      Overflow(mark.line + 1);
      return;
    }
    CheckTag(mark, tag);
    OpenNode opened;
    opened.node.kind = kind;
    opened.node.place.line = mark.line + 1;
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }

  void Close() {
    if (stopped_ || open_.empty()) {
      return;
    }
    OpenNode closed = std::move(open_.back());
    open_.pop_back();
    Deliver(std::move(closed.node), closed.anchor);
  }

  // Puts a complete node where it belongs.
  void Deliver(Node node, YAML::anchor_t anchor) {
    if (stopped_) {
      return;
    }
    const int line = node.place.line;
    if (++nodes_ > kMaxNodes) {
      Overflow(line);
      return;
    }
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = {node, CountNodes(node), Depth(node)};
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    OpenNode& parent = open_.back();
    if (parent.node.kind == Node::Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.awaits_value) {
      parent.awaits_value = true;
      TakeKey(parent, std::move(node));
    } else {
      parent.awaits_value = false;
      if (!std::exchange(parent.drop_value, false)) {
        parent.node.items.push_back(std::move(node));
      }
    }
  }

  void TakeKey(OpenNode& parent, Node key) {
    if (key.kind != Node::Kind::kScalar || key.text.empty()) {
      Complain(key.place.line, "", "a name before the colon");
      parent.drop_value = true;
      return;
    }
    if (!parent.seen.insert(key.text).second) {
      Complain(key.place.line, fmt::format("the key '{}' a second time", key.text),
               "each key once");
      parent.drop_value = true;
      return;
    }
    parent.node.keys.push_back(std::move(key.text));
    parent.node.key_places.push_back(std::move(key.place));
  }

  const std::string& name_;
  std::vector<Fault>& faults_;
  std::vector<OpenNode> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  Node root_;
  std::size_t nodes_ = 0;
  int first_line_ = 0;
  bool stopped_ = false;
};

// Hands the text to yaml-cpp, whose exceptions end here. False if it is not YAML.
bool Parse(std::string_view text, TreeBuilder& builder) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (parser) {
      const std::string nowhere;
      std::vector<Fault> unused;
      TreeBuilder second(nowhere, unused);
      if (parser.HandleNextDocument(second)) {
        builder.Complain(second.first_line(), "a second document", "one document per file");
      }
    }
    return true;
  } catch (const YAML::Exception& e) {
    builder.Complain(std::max(0, e.mark.line) + 1, e.msg, "valid YAML");
  } catch (const std::exception& e) {
    builder.Complain(1, e.what(), "valid YAML");
  }
  return false;
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

Node* Node::Find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).Find(key));  // NOLINT: the same search
}

Node& Node::Add(std::string key, const Place& key_place) {
  CHECK(Find(key) == nullptr);
  keys.push_back(std::move(key));
  key_places.push_back(key_place);
  return items.emplace_back();
}

void Node::Remove(std::string_view key) {
  const auto found = std::find(keys.begin(), keys.end(), key);
  if (found != keys.end()) {
    const std::ptrdiff_t at = found - keys.begin();
    keys.erase(found);
    key_places.erase(key_places.begin() + at);
    items.erase(items.begin() + at);
  }
}

std::optional<Node> ReadYaml(std::string_view text, const std::string& name,
                             std::vector<Fault>& faults) {
  if (text.size() > kMaxYamlBytes) {
    faults.push_back({name, "", fmt::format("{} bytes", text.size()),
                      "at most 1 MiB of YAML; large bodies and data belong in files of their own"});
    return std::nullopt;
  }
  if (!IsUtf8(text) || text.find('\0') != std::string_view::npos) {
    faults.push_back({name, "", "bytes that are not text", "YAML in UTF-8"});
    return std::nullopt;
  }
  TreeBuilder builder(name, faults);
  if (!Parse(text, builder) || builder.stopped()) {
    return std::nullopt;
  }
  return builder.TakeRoot();
}

}  // namespace loadline::scenario
