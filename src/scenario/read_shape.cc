// `rate:` and `users:` that change over time, and `replay:`.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrival/profile_text.h"
#include "base/units_text.h"
#include "scenario/read.h"
#include "scenario/timestamps.h"

namespace loadline::scenario {
namespace {

/// The stages as one text, whether they stand in a list or in a line. Nothing after a fault.
bool StagesText(const MapReader& map, std::string_view key, std::string& text) {
  bool ok = true;
  for (const auto& [node, path] : map.Texts(key)) {
    std::string stage;
    ok = ReadText(map.reading(), *node, path, "a stage such as 300/s for 5m", stage) && ok;
    text += (text.empty() ? "" : ", ") + stage;
  }
  return ok;
}

/// The mean level over one round.
double MeanLevel(const arrival::Profile& profile) {
  return profile.AreaUntil(profile.length()) / Seconds(profile.length());
}

/// `rate:` or `users:` as stages into `profile`. True if they are stages, right or wrong.
bool ReadProfile(const MapReader& map, std::string_view key, arrival::LevelUnit unit,
                 std::shared_ptr<const arrival::Profile>& profile) {
  const Node* node = map.Find(key);
  if (node == nullptr || (node->kind != Node::Kind::kList &&
                          !(node->kind == Node::Kind::kScalar && arrival::IsProfile(node->text)))) {
    return false;
  }
  std::string text;
  if (!StagesText(map, key, text)) {
    return true;
  }
  Result<arrival::Profile> read = arrival::ParseProfile(text, unit);
  if (!read.has_value()) {
    const std::string& message = read.error().message;
    const std::size_t right = message.find("; right would be ");
    constexpr std::size_t kWords = 17;
    map.reading().Complain(node->place, map.PathOf(key), message.substr(0, right),
                           right == std::string::npos ? "stages with a level above 0"
                                                      : message.substr(right + kWords));
    return true;
  }
  profile = std::make_shared<const arrival::Profile>(*std::move(read));
  return true;
}

/// The column of the times: the one named, else the first that is called like one, else the first.
/// Nothing after a fault.
std::optional<std::size_t> TimeColumn(const MapReader& map, const DataSet& set,
                                      std::string& column) {
  constexpr std::array<std::string_view, 6> kNames{"time",    "timestamp",  "ts",
                                                   "arrival", "arrived_at", "date"};
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  if (map.Text("time_column", column)) {
    const auto found = std::find(set.columns.begin(), set.columns.end(), column);
    if (found == set.columns.end()) {
      const std::vector<std::string_view> names(set.columns.begin(), set.columns.end());
      map.reading().Complain(map.Find("time_column")->place, map.PathOf("time_column"),
                             Quote(column), OneOf(names));
      return std::nullopt;
    }
    return found - set.columns.begin();
  }
  for (const std::string_view name : kNames) {
    for (std::size_t i = 0; i < set.columns.size(); ++i) {
      if (lower(set.columns[i]) == name) {
        column = set.columns[i];
        return i;
      }
    }
  }
  column = set.columns.front();
  return 0;
}

/// Index of the data set that `replay:` means; -1 after a fault.
int ReplayedSet(Reading& reading, const Node& node, const std::string& path) {
  std::string text;
  if (!ReadText(reading, node, path, "a data set, or a file", text)) {
    return -1;
  }
  const std::vector<DataSet>& data = reading.scenario.data;
  const std::string file = reading.Resolve(node.place, text);
  const auto found = std::find_if(data.begin(), data.end(), [&](const DataSet& set) {
    return set.name == text || (set.name == "replay" && set.file == file);
  });
  if (found == data.end()) {
    reading.Complain(node.place, path, Quote(text),
                     FormatOf(text) ? "a file, and no data set called replay beside it"
                                    : "a data set under data:, or a .csv, .jsonl or .log file");
    return -1;
  }
  return found->rows.empty() ? -1 : static_cast<int>(found - data.begin());
}

}  // namespace

bool ReadShapedRate(const MapReader& map, measure::OpenLoad& open) {
  if (!ReadProfile(map, "rate", arrival::LevelUnit::kRate, open.profile)) {
    return false;
  }
  if (open.profile != nullptr) {
    open.rate = Rate{MeanLevel(*open.profile)};
  }
  return true;
}

bool ReadShapedUsers(const MapReader& map, measure::ClosedLoad& closed) {
  if (!ReadProfile(map, "users", arrival::LevelUnit::kUsers, closed.profile)) {
    return false;
  }
  if (closed.profile != nullptr) {
    closed.users = std::max(1, static_cast<int>(std::llround(closed.profile->peak())));
  }
  return true;
}

bool ReadReplay(const MapReader& map, measure::OpenLoad& open) {
  const Node* node = map.Find("replay");
  if (node == nullptr) {
    return false;
  }
  Reading& reading = map.reading();
  ReplaySpec spec;
  map.Number("warp", spec.warp);
  map.Bool("loop", spec.loop);
  spec.data = ReplayedSet(reading, *node, map.PathOf("replay"));
  if (spec.data < 0) {
    return true;
  }
  const DataSet& set = reading.scenario.data[static_cast<std::size_t>(spec.data)];
  const std::optional<std::size_t> column = TimeColumn(map, set, spec.column);
  if (!column) {
    return true;
  }
  std::vector<std::string_view> cells;
  cells.reserve(set.rows.size());
  for (const std::vector<std::string>& row : set.rows) {
    cells.push_back(row[*column]);
  }
  bool spread = false;
  Result<std::vector<Duration>> offsets = OffsetsOf(cells, spread);
  if (!offsets.has_value()) {
    reading.Complain(node->place, map.PathOf("replay"),
                     fmt::format("column {} of {}", spec.column, set.file),
                     offsets.error().message);
    return true;
  }
  if (spread) {
    reading.notes.push_back(fmt::format(
        "{} knows whole seconds only: its requests are spread evenly over each", set.file));
  }
  open.trace =
      std::make_shared<const arrival::Trace>(set.file, *std::move(offsets), spec.warp, spec.loop);
  open.rate = open.trace->rate();
  open.arrivals = measure::Arrivals::kRecorded;
  reading.scenario.replay = spec;
  return true;
}

}  // namespace loadline::scenario
