// The parts of Build(): each reads one key of the root into Reading::scenario.
//
// In this order: later ones need the data sets, captured names and tasks of earlier ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenario/reader.h"

namespace loadline::scenario {

/// Names of what on_start captures, so that every `${name}` is known for what it is.
void ReadCapturedNames(const MapReader& root);

void ReadData(const MapReader& root);

/// Reads a data set's file (or inline text) in `format` and adds it. Its index; -1 after a fault
/// (the set is added all the same, empty, so that nobody complains of its name again).
int AddDataSet(Reading& reading, const Node& node, const std::string& path, DataSet set);

/// The format that a file's name tells: .csv, .jsonl, .json, .ndjson, .log; nothing else.
[[nodiscard]] std::optional<DataFormat> FormatOf(std::string_view file);

void ReadTarget(const MapReader& root);

/// Reads `headers:` into templates and, if `secrets` is given, the sources of secrets.
void ReadHeaders(const MapReader& map, std::vector<std::pair<std::string, Template>>& headers,
                 std::vector<std::pair<std::string, SecretSource>>* secrets);

/// Reads `timeout:`; what it does not say stays as it is in `timeouts`.
void ReadTimeouts(const MapReader& map, Timeouts& timeouts);

void ReadOnStart(const MapReader& root);
void ReadTasks(const MapReader& root);

/// Reads `types:` and `tensor:` of a task whose rows and path are known, and fits its cells to
/// them.
void ReadTensors(const MapReader& map, Task& task);

void ReadFind(const MapReader& root);
void ReadObjectives(const MapReader& root);
void ReadLoad(const MapReader& root);

/// `rate:` or `users:` as stages. True if it is there as such, right or wrong; a single level is
/// left to others.
bool ReadShapedRate(const MapReader& map, measure::OpenLoad& open);
bool ReadShapedUsers(const MapReader& map, measure::ClosedLoad& closed);

/// `replay:` of `load:`, with its time_column, warp and loop. True if it is there.
bool ReadReplay(const MapReader& map, measure::OpenLoad& open);

}  // namespace loadline::scenario
