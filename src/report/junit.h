// JUnit XML: verdicts as the test results that CI systems collect and show.
//
// The document keeps to what the schemas of Apache Ant and of Jenkins' xUnit plugin have in common,
// and so to what GitLab, Jenkins, Azure Pipelines, Bitbucket and the usual GitHub actions read.
// Pure functions; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "report/run_report.h"

namespace loadline::report {

enum class CaseState {
  kPassed,
  kFailed,   ///< The target is not what was asked for.
  kError,    ///< There is no verdict, and that is somebody's fault.
  kSkipped,  ///< There is no verdict: shown, but no failure.
};

/// One test case.
struct JunitCase {
  std::string name;   ///< `p95 < 200ms`
  std::string group;  ///< Shown as the class: `loadline.verify.nightly`.
  Duration time{};
  CaseState state = CaseState::kPassed;
  std::string type;     ///< One word for the kind of failure: `broken`.
  std::string message;  ///< One line. kPassed: none.
  std::string details;  ///< More lines. kPassed, kSkipped: none.
};

/// One suite: a run, or a comparison.
struct JunitSuite {
  std::string name;  ///< `loadline verify`
  UtcTime started{};
  std::string host = "localhost";
  Duration time{};
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;
  std::string output;  ///< Everything that was printed.
};

/// How an objective that is not decided is told.
enum class Undecided { kSkipped, kFailure };

/// The document, UTF-8. Whatever XML cannot hold (control characters, broken UTF-8) becomes U+FFFD.
[[nodiscard]] std::string JunitDocument(const std::vector<JunitSuite>& suites);

/// A run as a suite: one case for each objective (of `find`: one for the load line), one for the
/// generator, one for the run itself (it came to its end, and the target answered).
[[nodiscard]] JunitSuite JunitSuiteOf(const RunReport& report, Undecided undecided);

}  // namespace loadline::report
