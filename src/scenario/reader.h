// Reading values off the tree: each reader takes one node, adds a Fault where it is wrong, and
// leaves the default then, so that one pass finds every fault.
//
// Used by the read_*.cc files only. Belongs to one Build() call.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "scenario/build.h"
#include "scenario/keys.h"
#include "scenario/tree.h"

namespace loadline::scenario {

/// What all readers share during one Build().
struct Reading {
  const Surroundings& outside;
  Command command = Command::kRun;
  std::string file;    ///< How faults call the file.
  std::string folder;  ///< Paths in the file are relative to it; empty or ends with `/`.
  Scenario scenario;   ///< Being filled.
  std::vector<Fault> faults;
  std::vector<std::string> notes;
  bool virtual_time = false;      ///< As Input::virtual_time.
  std::string payload{};          ///< As Built::payload.
  int unanswered = 0;             ///< Faults because a model server did not answer.
  std::string trust_of_target{};  ///< Its ca_file, for data behind a URL; empty: the system's.
  /// Captured names that the request being read may use: the first so many of scenario.captured.
  std::size_t captured_so_far = 0;

  [[nodiscard]] std::string Where(const Place& place) const;
  void Complain(const Place& place, std::string path, std::string found, std::string expected);
  /// A path as written at `place`, made relative to the current folder: one in the file is relative
  /// to the file's.
  [[nodiscard]] std::string Resolve(const Place& place, const std::string& name) const;
  /// Reads the file at `name`, which is resolved. A fault at `node` if that fails.
  bool ReadFile(const Node& node, const std::string& path, const std::string& name,
                std::string& content);
};

/// `"text"` as faults show it: one line, at most 60 characters.
[[nodiscard]] std::string Quote(std::string_view text);
/// What a node is, for a fault: its text in quotes, `a list`, `a map`, `nothing`.
[[nodiscard]] std::string Describe(const Node& node);
/// `a, b or c`.
[[nodiscard]] std::string OneOf(const std::vector<std::string_view>& words);

/// A map of one section. The constructor complains of unknown keys and of a node that is no map.
class MapReader {
 public:
  /// `node` may be null: then every key is absent.
  MapReader(Reading& reading, const Node* node, Section section, std::string path);

  /// The value of a key of the section's table; null if it is absent or empty.
  [[nodiscard]] const Node* Find(std::string_view key) const;
  [[nodiscard]] bool Has(std::string_view key) const { return Find(key) != nullptr; }
  [[nodiscard]] std::string PathOf(std::string_view key) const;
  /// Where the map stands, for faults about what it lacks.
  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Reading& reading() const { return reading_; }

  /// Each reads one key into `out` if it is there and right. True if it is there, right or wrong.
  bool Text(std::string_view key, std::string& out) const;
  /// A path, made relative to the current folder.
  bool Path(std::string_view key, std::string& out) const;
  bool Bool(std::string_view key, bool& out) const;
  bool Count(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t& out) const;
  bool Number(std::string_view key, double& out) const;  ///< > 0.
  bool TimeSpan(std::string_view key, Duration low, Duration& out) const;
  bool PerSecond(std::string_view key, bool zero_allowed, Rate& out) const;
  bool Share(std::string_view key, double low, double high, double& out) const;
  /// One of the table's choices; `out` becomes its index there.
  bool Choice(std::string_view key, int& out) const;
  /// A list of texts, or one text: the nodes with their paths.
  [[nodiscard]] std::vector<std::pair<const Node*, std::string>> Texts(std::string_view key) const;

 private:
  /// The expanded text of a scalar; a fault and false otherwise.
  bool ScalarText(std::string_view key, std::string_view expected, const Node*& node,
                  std::string& text) const;

  Reading& reading_;
  const Node* node_;
  Section section_;
  std::string path_;
  Place place_;
};

/// Text of a scalar with `${NAME}` expanded. False after a fault (`expected` for what is no text).
bool ReadText(Reading& reading, const Node& node, const std::string& path,
              std::string_view expected, std::string& out);

}  // namespace loadline::scenario
