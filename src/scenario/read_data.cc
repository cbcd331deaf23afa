// `data:` and the rows that tasks name directly.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/units_text.h"
#include "base/url_text.h"
#include "scenario/access_log.h"
#include "scenario/data.h"
#include "scenario/read.h"
#include "scenario/remote.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

/// The data set of a file that `replay:` names.
constexpr std::string_view kReplayName = "replay";

// A name may be taken once over data sets and captured values: both stand in `${…}`.
bool IsFree(const Scenario& scenario, std::string_view name) {
  return std::find(scenario.captured.begin(), scenario.captured.end(), name) ==
             scenario.captured.end() &&
         std::none_of(scenario.data.begin(), scenario.data.end(),
                      [&](const DataSet& set) { return set.name == name; });
}

void ReadDataSet(Reading& reading, const Node& node, const std::string& name,
                 const Place& name_place) {
  const std::string path = "data." + name;
  if (!IsName(name) || !IsFree(reading.scenario, name)) {
    reading.Complain(name_place, "data", Quote(name),
                     "a name of letters, digits, _ and -, not random, uuid, counter nor the name "
                     "of a captured value");
    return;
  }
  const MapReader map(reading, &node, Section::kData, path);
  DataSet set;
  set.name = name;
  int order = 0;
  map.Choice("order", order);
  set.order = static_cast<DataOrder>(order);
  constexpr std::pair<std::string_view, DataFormat> kSources[] = {{"csv", DataFormat::kCsv},
                                                                  {"jsonl", DataFormat::kJsonLines},
                                                                  {"inline", DataFormat::kInline},
                                                                  {"log", DataFormat::kAccessLog}};
  const Node* source = nullptr;
  std::string source_path;
  for (const auto& [key, format] : kSources) {
    if (!map.Has(key)) {
      continue;
    }
    if (source != nullptr) {
      reading.Complain(map.Find(key)->place, path, "two sources",
                       "one of csv: FILE, jsonl: FILE, log: FILE and inline: ROWS");
      return;
    }
    source = map.Find(key);
    source_path = map.PathOf(key);
    set.format = format;
    if (format == DataFormat::kInline) {
      ReadText(reading, *source, source_path, "JSON objects as text", set.file);
    } else {
      map.Text(key, set.file);
      set.file =
          IsUrl(set.file) || set.file.empty() ? set.file : reading.Resolve(source->place, set.file);
    }
  }
  if (source == nullptr && node.kind == Node::Kind::kMap) {
    reading.Complain(map.place(), path, "", "csv: FILE, jsonl: FILE, log: FILE or inline: ROWS");
  }
  if (source != nullptr && !set.file.empty() && ReadRemote(map, *source, source_path, set)) {
    AddDataSet(reading, *source, source_path, std::move(set));
  } else {
    reading.scenario.data.push_back(std::move(set));
  }
}

Status ReadRows(Reading& reading, const std::string& content, DataSet& set) {
  switch (set.format) {
    case DataFormat::kCsv:
      return ReadCsv(content, set);
    case DataFormat::kJsonLines:
      return ReadJsonLines(content, set);
    case DataFormat::kInline:
      return ReadJsonLines(set.file, set);
    case DataFormat::kAccessLog:
      break;
  }
  LeftOut left_out;
  TRY(ReadAccessLog(content, set, left_out));
  if (left_out.not_get + left_out.broken > 0) {
    reading.notes.push_back(fmt::format(
        "{}: {} lines left out ({} of other methods than GET, whose bodies a log does not have; {} "
        "not understood)",
        set.file, FormatCount(left_out.not_get + left_out.broken), FormatCount(left_out.not_get),
        FormatCount(left_out.broken)));
  }
  return {};
}

/// The file of `replay:` becomes a data set of that name, unless it names one.
void ReadReplayedFile(const MapReader& root) {
  Reading& reading = root.reading();
  const Node* load = root.Find("load");
  const Node* node = load == nullptr ? nullptr : load->Find("replay");
  if (node == nullptr || node->kind != Node::Kind::kScalar) {
    return;  // If it is wrong, the reader of the load says so.
  }
  std::string text;
  if (!ReadText(reading, *node, "load.replay", "a data set, or a file", text)) {
    return;
  }
  if (RefuseUrl(reading, *node, "load.replay", text)) {
    return;
  }
  const std::optional<DataFormat> format = FormatOf(text);
  if (!IsFree(reading.scenario, text) || !format || !IsFree(reading.scenario, kReplayName)) {
    return;
  }
  DataSet set;
  set.name = kReplayName;
  set.format = *format;
  set.file = reading.Resolve(node->place, text);
  AddDataSet(reading, *node, "load.replay", std::move(set));
}

}  // namespace

std::optional<DataFormat> FormatOf(std::string_view file) {
  if (file.ends_with(".csv")) {
    return DataFormat::kCsv;
  }
  if (file.ends_with(".jsonl") || file.ends_with(".ndjson") || file.ends_with(".json")) {
    return DataFormat::kJsonLines;
  }
  return file.ends_with(".log") ? std::optional(DataFormat::kAccessLog) : std::nullopt;
}

int AddDataSet(Reading& reading, const Node& node, const std::string& path, DataSet set) {
  std::string content;
  bool ok = true;
  if (set.format != DataFormat::kInline && IsUrl(set.file)) {
    ok = FetchData(reading, node, path, set, content);
  } else if (set.format != DataFormat::kInline) {
    ok = reading.ReadFile(node, path, set.file, content);
  }
  if (ok) {
    const Status status = ReadRows(reading, content, set);
    if (!status.has_value()) {
      const std::string found = set.format == DataFormat::kInline ? "" : Quote(ShownUrl(set.file));
      reading.Complain(node.place, path, found, status.error().message);
      set.columns.clear();
      set.rows.clear();
      set.row_json.clear();
      ok = false;
    }
  }
  reading.scenario.data.push_back(std::move(set));
  return ok ? static_cast<int>(reading.scenario.data.size()) - 1 : -1;
}

void ReadData(const MapReader& root) {
  Reading& reading = root.reading();
  reading.trust_of_target = TrustOfTarget(root);
  const Node* node = root.Find("data");
  if (node == nullptr) {
    ReadReplayedFile(root);
    return;
  }
  if (node->kind != Node::Kind::kMap) {
    reading.Complain(node->place, "data", Describe(*node),
                     "names of data sets, each with csv: FILE or jsonl: FILE");
    return;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    ReadDataSet(reading, node->items[i], node->keys[i], node->key_places[i]);
  }
  ReadReplayedFile(root);
}

}  // namespace loadline::scenario
