// A stored run as the value that the texts are made from.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>

#include "report/run_report.h"
#include "store/run_record.h"

namespace loadline::cli {

/// Everything of the record that text and JSON can say.
[[nodiscard]] report::RunReport ToReport(const store::RunRecord& record);

/// What a reader wants to know first: run, time, label, command line, machine, state.
[[nodiscard]] std::string HeaderText(const store::RunRecord& record);

}  // namespace loadline::cli
