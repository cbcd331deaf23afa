// The parts of Build(): each reads one key of the root into Reading::scenario.
//
// In this order: later ones need the data sets, captured names and tasks of earlier ones.
#pragma once

#include <string>
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

void ReadTarget(const MapReader& root);

/// Reads `headers:` into templates and, if `secrets` is given, the sources of secrets.
void ReadHeaders(const MapReader& map, std::vector<std::pair<std::string, Template>>& headers,
                 std::vector<std::pair<std::string, SecretSource>>* secrets);

/// Reads `timeout:`; what it does not say stays as it is in `timeouts`.
void ReadTimeouts(const MapReader& map, Timeouts& timeouts);

void ReadOnStart(const MapReader& root);
void ReadTasks(const MapReader& root);

void ReadObjectives(const MapReader& root);
void ReadLoad(const MapReader& root);
void ReadFind(const MapReader& root);

}  // namespace loadline::scenario
