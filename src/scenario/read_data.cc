// `data:` and the rows that tasks name directly.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "scenario/data.h"
#include "scenario/read.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

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
                                                                  {"inline", DataFormat::kInline}};
  const Node* source = nullptr;
  std::string source_path;
  for (const auto& [key, format] : kSources) {
    if (!map.Has(key)) {
      continue;
    }
    if (source != nullptr) {
      reading.Complain(map.Find(key)->place, path, "two sources",
                       "one of csv: FILE, jsonl: FILE and inline: ROWS");
      return;
    }
    source = map.Find(key);
    source_path = map.PathOf(key);
    set.format = format;
    if (format == DataFormat::kInline) {
      ReadText(reading, *source, source_path, "JSON objects as text", set.file);
    } else {
      map.Path(key, set.file);
    }
  }
  if (source == nullptr && node.kind == Node::Kind::kMap) {
    reading.Complain(map.place(), path, "", "csv: FILE, jsonl: FILE or inline: ROWS");
  }
  if (source != nullptr && !set.file.empty()) {
    AddDataSet(reading, *source, source_path, std::move(set));
  } else {
    reading.scenario.data.push_back(std::move(set));
  }
}

}  // namespace

int AddDataSet(Reading& reading, const Node& node, const std::string& path, DataSet set) {
  std::string content;
  bool ok = true;
  if (set.format != DataFormat::kInline) {
    ok = reading.ReadFile(node, path, set.file, content);
  }
  if (ok) {
    const Status status = set.format == DataFormat::kCsv      ? ReadCsv(content, set)
                          : set.format == DataFormat::kInline ? ReadJsonLines(set.file, set)
                                                              : ReadJsonLines(content, set);
    if (!status.has_value()) {
      const std::string found = set.format == DataFormat::kInline ? "" : Quote(set.file);
      reading.Complain(node.place, path, found, status.error().message);
      set.columns.clear();
      set.rows.clear();
      set.row_json.clear();
      ok = false;
    }
    NoteDatatypes(set);
  }
  reading.scenario.data.push_back(std::move(set));
  return ok ? static_cast<int>(reading.scenario.data.size()) - 1 : -1;
}

void ReadData(const MapReader& root) {
  Reading& reading = root.reading();
  const Node* node = root.Find("data");
  if (node == nullptr) {
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
}

}  // namespace loadline::scenario
