#include "scenario/build.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "scenario/read.h"

namespace loadline::scenario {
namespace {

constexpr std::size_t kMostFaults = 100;

// Line of the file that a fault names; flags come after all lines.
int LineOf(const Fault& fault, const std::string& file) {
  constexpr int kLast = std::numeric_limits<int>::max();
  if (!fault.where.starts_with(file)) {
    return kLast;
  }
  int line = kLast - 1;  // The file as a whole: something is missing.
  if (fault.where.size() > file.size() + 1) {
    const char* begin = fault.where.data() + file.size() + 1;
    std::from_chars(begin, fault.where.data() + fault.where.size(), line);
  }
  return line;
}

void SortFaults(const std::string& file, std::vector<Fault>& faults) {
  std::stable_sort(faults.begin(), faults.end(), [&](const Fault& a, const Fault& b) {
    return LineOf(a, file) < LineOf(b, file);
  });
  if (faults.size() > kMostFaults) {
    const std::size_t more = faults.size() - kMostFaults;
    faults.resize(kMostFaults);
    faults.push_back({file, "", fmt::format("{} further faults", more), ""});
  }
}

void CheckVersion(const MapReader& root) {
  std::int64_t version = 1;
  if (root.Count("loadline", 0, std::numeric_limits<std::int64_t>::max(), version) &&
      version != 1) {
    root.reading().Complain(root.Find("loadline")->place, "loadline", std::to_string(version),
                            "1, the only version of the format so far");
  }
}

// A set of order `once` that cannot serve a single request.
void CheckRows(Reading& reading) {
  const auto check = [&](const Task& task, const TemplatePart& part) {
    if (part.kind != TemplatePart::Kind::kRows) {
      return;
    }
    const DataSet& set = reading.scenario.data[static_cast<std::size_t>(part.data)];
    if (set.order == DataOrder::kOnce && std::cmp_less(set.rows.size(), part.low)) {
      reading.Complain(
          {}, "tasks", fmt::format("{} rows in {}", set.rows.size(), set.name),
          fmt::format("at least the {} that {} sends at once (order: once)", part.low, task.name));
    }
  };
  for (const Task& task : reading.scenario.tasks) {
    for (const TemplatePart& part : task.body.parts) {
      check(task, part);
    }
    if (task.shape_data >= 0) {
      TemplatePart part;
      part.kind = TemplatePart::Kind::kRows;
      part.data = task.shape_data;
      part.low = task.shape_rows;
      check(task, part);
    }
  }
}

void ReadAll(Reading& reading, const Node& tree) {
  const MapReader root(reading, &tree, Section::kRoot, "");
  if (tree.kind != Node::Kind::kMap) {
    return;  // Complained of by the reader of the root: nothing else can be said.
  }
  CheckVersion(root);
  root.Text("label", reading.scenario.label);
  ReadCapturedNames(root);
  reading.captured_so_far = reading.scenario.captured.size();
  ReadData(root);
  ReadTarget(root);
  ReadOnStart(root);
  ReadTasks(root);
  ReadFind(root);
  ReadObjectives(root);
  ReadLoad(root);
  CheckRows(reading);
}

// The text of the file; nothing after a fault, or if there is no file.
std::optional<std::string> ReadSubject(const Input& input, Reading& reading) {
  if (!input.yaml.empty()) {
    return input.yaml;
  }
  Result<std::string> text = reading.outside.read_file(input.subject);
  if (!text.has_value()) {
    reading.faults.push_back({input.subject, "",
                              fmt::format("nothing that can be read ({})", text.error().message),
                              "a scenario file, or a URL that begins with http:// or https://"});
    return std::nullopt;
  }
  return *std::move(text);
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

}  // namespace

Built Build(const Input& input, const Surroundings& surroundings) {
  Reading reading{.outside = surroundings,
                  .command = input.command,
                  .file = "command line",
                  .folder = "",
                  .scenario = {},
                  .faults = {},
                  .notes = {},
                  .virtual_time = input.virtual_time};
  Node tree;
  tree.kind = Node::Kind::kMap;
  std::vector<Setting> settings = input.settings;
  const bool is_url = input.yaml.empty() && input.subject.find("://") != std::string::npos;
  if (is_url) {
    settings.insert(settings.begin(), {"target.url", input.subject, "URL", false});
  } else if (!input.yaml.empty() || !input.subject.empty()) {
    reading.file = input.subject.empty() ? "scenario" : input.subject;
    reading.folder = FolderOf(input.subject);
    const std::optional<std::string> text = ReadSubject(input, reading);
    std::optional<Node> read =
        text.has_value() ? ReadYaml(*text, reading.file, reading.faults) : std::nullopt;
    if (!read.has_value()) {
      return {.scenario = {}, .faults = std::move(reading.faults), .notes = {}};
    }
    tree = *std::move(read);
    if (tree.kind == Node::Kind::kNull) {
      tree.kind = Node::Kind::kMap;
    }
  }
  reading.scenario.source = reading.file;
  Overlay(settings, tree, reading.faults);
  ReadAll(reading, tree);
  SortFaults(reading.file, reading.faults);
  const bool unanswered =
      reading.unanswered > 0 && std::cmp_equal(reading.unanswered, reading.faults.size());
  return {.scenario = std::move(reading.scenario),
          .faults = std::move(reading.faults),
          .notes = std::move(reading.notes),
          .payload = std::move(reading.payload),
          .unanswered = unanswered};
}

}  // namespace loadline::scenario
