// A stored run as the value that the texts are made from.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "report/run_report.h"
#include "report/size_page.h"
#include "store/run_record.h"

namespace loadline::cli {

/// Everything of the record that text and JSON can say.
[[nodiscard]] report::RunReport ToReport(const store::RunRecord& record);

/// What a reader wants to know first: run, time, label, command line, machine, state.
[[nodiscard]] std::string HeaderText(const store::RunRecord& record);

/// What was sized from the run, the newest first.
[[nodiscard]] std::vector<report::SizingLine> SizingsOf(const store::RunRecord& record);

/// The newest of them, a line each; empty: none.
[[nodiscard]] std::string SizingsText(const store::RunRecord& record);

}  // namespace loadline::cli
