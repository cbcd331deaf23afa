// `loadline query 'SELECT …'`.
#include "store/query.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/interruption.h"
#include "cli/store_access.h"
#include "cli/subcommands.h"
#include "report/rows.h"

namespace loadline::cli {
namespace {

class Printer : public store::RowSink {
 public:
  explicit Printer(report::RowFormat format) : rows_(format, std::cout) {}

  void OnColumns(const std::vector<std::string>& names) override { rows_.Columns(names); }
  bool OnRow(const std::vector<store::Cell>& cells) override { return rows_.Row(cells); }
  void Finish() { rows_.Finish(); }

 private:
  report::RowPrinter rows_;
};

Status Query(const Arguments& arguments) {
  const report::RowFormat format =
      TRY(report::ParseRowFormat(arguments.Value("--format", "table")));
  const std::string path = TRY(StorePath(arguments));
  {
    // Only to bring in what a crashed run left behind.
    const store::Store recovered = TRY(OpenForReading(path));
  }
  const std::unique_ptr<Interruption> interruption = TRY(Interruption::Start());
  store::QueryOptions options;
  options.run = arguments.Value("--run");
  options.interrupted = [&interruption] { return interruption->Requested(); };
  Printer printer(format);
  TRY(store::RunQuery(path, arguments.positionals.front(), options, printer));
  printer.Finish();
  std::cout.flush();
  return {};
}

}  // namespace

ExitCode QueryCommand(const Arguments& arguments) {
  const Status done = Query(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
