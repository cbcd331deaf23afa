// Opening the store: what runs that died left behind is imported first, and said.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/arguments.h"
#include "store/store.h"

namespace loadline::cli {

/// The file that `--db` names, else the default one.
[[nodiscard]] Result<std::string> StorePath(const Arguments& arguments);

/// Opens the store for writing (creating it where missing) and recovers crashed runs.
[[nodiscard]] Result<store::Store> OpenForWriting(const std::string& path);

/// Opens a store that exists, recovers crashed runs if the file may be written to.
/// Errors: kNotFound if there is none; those of Store::Open.
[[nodiscard]] Result<store::Store> OpenForReading(const std::string& path);

}  // namespace loadline::cli
