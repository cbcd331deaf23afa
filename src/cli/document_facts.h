// What only the run document of a stored run still knows: the database has no column for it.
//
// Pure function, safe from any thread.
#pragma once

#include <string_view>

#include "report/run_report.h"

namespace loadline::cli {

/// Adds confidence, TLS, insecure, verify's verdict, the staircase, the latency table and
/// the curl commands of errors from `document`
/// (docs/exit-codes-and-json.md) to `report`. A document that does not read changes nothing.
void AddDocumentFacts(std::string_view document, report::RunReport& report);

}  // namespace loadline::cli
