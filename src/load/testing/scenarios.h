// Scenarios and observers that the tests of this module share.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "measure/prober.h"
#include "measure/row.h"
#include "scenario/model.h"

namespace loadline::load {

inline scenario::TemplatePart Literal(std::string text) {
  scenario::TemplatePart part;
  part.text = std::move(text);
  return part;
}

inline scenario::TemplatePart Counter() {
  scenario::TemplatePart part;
  part.kind = scenario::TemplatePart::Kind::kCounter;
  return part;
}

/// POST with a short body and the request's number in X-Id.
inline scenario::Task NumberedTask() {
  scenario::Task task;
  task.method = "POST";
  task.has_body = true;
  task.body.parts.push_back(Literal("body"));
  task.headers.push_back({"X-Id", {{Counter()}}});
  return task;
}

/// GET, always the same bytes.
inline scenario::Task StaticTask() {
  return {};
}

inline scenario::Scenario ScenarioFor(const std::string& url, scenario::Task task) {
  scenario::Scenario scenario;
  scenario.target.url = url;
  scenario.tasks.push_back(std::move(task));
  return scenario;
}

inline measure::Load Users(int users, std::int64_t requests) {
  measure::Load load;
  measure::ClosedLoad closed;
  closed.users = users;
  load.shape = closed;
  load.requests = requests;
  load.duration = 60s;
  return load;
}

inline measure::Load PerSecond(double rate, std::int64_t requests,
                               measure::Arrivals arrivals = measure::Arrivals::kConstant) {
  measure::Load load;
  measure::OpenLoad open;
  open.rate = Rate{rate};
  open.arrivals = arrivals;
  load.shape = open;
  load.requests = requests;
  load.duration = 60s;
  return load;
}

/// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "loadline-load-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The whole rows of a spool file's content, as a reader of a cut file would take them.
inline std::vector<measure::Row> RowsOf(const std::string& content) {
  std::vector<measure::Row> rows;
  std::size_t at = sizeof(measure::RowFileHeader);
  for (; at + sizeof(measure::Row) <= content.size(); at += sizeof(measure::Row)) {
    measure::Row row;
    std::memcpy(&row, content.data() + at, sizeof row);
    rows.push_back(row);
  }
  return rows;
}

/// Keeps everything it is told.
class Recording : public measure::Observer {
 public:
  explicit Recording(bool wants_events = true) : wants_events_(wants_events) {}

  measure::Decision OnWindow(const measure::Window& window) override {
    begins.push_back(window.begin);
    ends.push_back(window.end);
    events.insert(events.end(), window.events.begin(), window.events.end());
    progress = window.progress;
    return stop_after > 0 && static_cast<int>(ends.size()) >= stop_after
               ? measure::Decision::kStop
               : measure::Decision::kContinue;
  }
  void OnSecond(const measure::Second& second) override {
    seconds.push_back(second.index);
    completed += second.completed;
    scheduled += second.scheduled;
  }
  [[nodiscard]] bool WantsEvents() const override { return wants_events_; }

  std::vector<Duration> begins;
  std::vector<Duration> ends;
  std::vector<measure::Event> events;
  std::vector<std::int32_t> seconds;
  std::int64_t completed = 0;
  std::int64_t scheduled = 0;
  measure::Progress progress;
  int stop_after = 0;  // Windows; 0: never.

 private:
  bool wants_events_;
};

}  // namespace loadline::load
