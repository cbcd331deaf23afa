// Tree: what the user wrote, before any meaning: scalars, lists and maps with the place of each.
//
// The YAML file becomes one, the command line's settings are laid over it, validation reads it.
// Plain values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/fault.h"
#include "scenario/flags.h"

namespace loadline::scenario {

/// Where a node was written: a line of the file, or a flag.
struct Place {
  int line = 0;      ///< From 1; 0: not from the file.
  std::string flag;  ///< `--rate`; empty: from the file.
};

struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  Place place;
  std::string text;               ///< kScalar: as written, quotes and escapes resolved.
  bool quoted = false;            ///< kScalar: text whatever it looks like.
  std::vector<std::string> keys;  ///< kMap: in order, each once; as many as `items`.
  std::vector<Place> key_places;  ///< kMap: where the keys stand.
  std::vector<Node> items;        ///< kList: elements; kMap: values.

  [[nodiscard]] const Node* Find(std::string_view key) const;
  [[nodiscard]] Node* Find(std::string_view key);
  /// Adds a member, which must not be there yet, and gives its value.
  Node& Add(std::string key, const Place& key_place);
  void Remove(std::string_view key);
};

/// Limits that keep a hostile file from costing more than its size suggests.
inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxNodes = 200'000;
inline constexpr std::size_t kMaxDepth = 60;

/// Reads one YAML document. What is wrong is added to `faults` with `name` as the file; nothing is
/// returned if there is no tree at all. An empty document is a kNull.
[[nodiscard]] std::optional<Node> ReadYaml(std::string_view text, const std::string& name,
                                           std::vector<Fault>& faults);

/// Lays the settings over the tree, later ones over earlier ones. A setting that chooses between
/// exclusive keys (a rate where the file has users, a body where it has json) removes the file's.
/// Faults name the flag.
void Overlay(std::span<const Setting> settings, Node& root, std::vector<Fault>& faults);

}  // namespace loadline::scenario
