// What other traffic and other limits would take, computed for the charts of a sizing; and where
// the sizing goes: into a page, and into the store beside the runs that it was made from.
#pragma once

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/size_input.h"
#include "report/size.h"
#include "report/size_page.h"

namespace loadline::cli {

/// Everything that is drawn of `report`. Errors: those of the nodes.
[[nodiscard]] Result<report::SizePage> MakeSizePage(const Arguments& arguments,
                                                    const SizeInput& input,
                                                    const report::SizeReport& report);

/// Writes the page of `--html`; `-` is standard output.
/// Errors: kInvalidArgument: the file cannot be written, or is something else.
[[nodiscard]] Status WriteSizePage(const Arguments& arguments, const report::SizePage& page);

/// Keeps the sizing in the store with each of `report.runs`. Errors: those of the store.
[[nodiscard]] Status KeepSizing(const Arguments& arguments, const report::SizeReport& report,
                                const report::SizePage& page);

}  // namespace loadline::cli
