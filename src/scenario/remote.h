// Remote data: `csv: https://…` with its checksum, read like a file that lies elsewhere.
//
// Used by read_*.cc. Belongs to one Build() call.
#pragma once

#include <string>
#include <string_view>

#include "scenario/reader.h"

namespace loadline::scenario {

/// Reads `sha256:` and `ca_file:` of a data set whose source is at `source`. False after a fault: a
/// checksum that is none, or beside what is no URL; a URL with a secret in its query.
bool ReadRemote(const MapReader& map, const Node& source, const std::string& source_path,
                DataSet& set);

/// A fault and true if `text`, which stands where a file may, is a URL: it needs a checksum beside.
bool RefuseUrl(Reading& reading, const Node& node, const std::string& path, std::string_view text);

/// Fetches set.file into `content`. A fault at `node` if that fails, if the checksum is another or
/// if none is given; then it says which one was found.
bool FetchData(Reading& reading, const Node& node, const std::string& path, const DataSet& set,
               std::string& content);

/// `ca_file` of the target as far as the tree says so; empty: none.
[[nodiscard]] std::string TrustOfTarget(const MapReader& root);

}  // namespace loadline::scenario
