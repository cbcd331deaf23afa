// `objectives:`, `load:` and `find:`, and what run, find and verify demand of them.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units_text.h"
#include "scenario/read.h"

namespace loadline::scenario {
namespace {

constexpr std::int64_t kManyUsers = 1'000'000;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

bool FromFlag(const Node* node) {
  return node != nullptr && !node->place.flag.empty();
}

// An objective as read, and where.
struct Written {
  measure::Objective objective;
  const Node* node = nullptr;
  std::string path;
};

bool SameMeasure(const measure::Objective& a, const measure::Objective& b) {
  return a.task == b.task && a.metric == b.metric && a.quantile == b.quantile;
}

// Reads the texts of one list; `task` is the task it stands in, empty for the whole.
void ReadList(const MapReader& map, const std::string& task, std::vector<Written>& all) {
  Reading& reading = map.reading();
  const std::vector<Task>& tasks = reading.scenario.tasks;
  for (const auto& [node, path] : map.Texts("objectives")) {
    std::string text;
    if (!ReadText(reading, *node, path, "an objective such as p95 < 200ms", text)) {
      continue;
    }
    Result<measure::Objective> objective = measure::ParseObjective(text);
    if (!objective.has_value()) {
      const std::string& message = objective.error().message;
      const std::size_t reason = message.find(": ");
      reading.Complain(node->place, path, Quote(node->text),
                       fmt::format("an objective ({})",
                                   message.substr(reason == std::string::npos ? 0 : reason + 2)));
      continue;
    }
    if (!task.empty() && !objective->task.empty()) {
      reading.Complain(node->place, path, Quote(node->text),
                       "an objective without a task's name: it stands in the task");
      continue;
    }
    const bool known = objective->task.empty() ||
                       std::any_of(tasks.begin(), tasks.end(),
                                   [&](const Task& t) { return t.name == objective->task; });
    if (!known) {
      std::vector<std::string_view> names;
      names.reserve(tasks.size());
      for (const Task& t : tasks) {
        names.push_back(t.name);
      }
      reading.Complain(node->place, path, Quote(node->text),
                       fmt::format("a task's name before the colon: {}", OneOf(names)));
      continue;
    }
    if (!task.empty()) {
      objective->task = task;
    }
    all.push_back({*std::move(objective), node, path});
  }
}

// A flag's objective replaces the file's of the same measure; otherwise each measure once.
void DropReplaced(Reading& reading, std::vector<Written>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (all[k].node == nullptr || !SameMeasure(all[k].objective, all[i].objective)) {
        continue;
      }
      if (FromFlag(all[i].node) && !FromFlag(all[k].node)) {
        all[k].node = nullptr;
        continue;
      }
      reading.Complain(all[i].node->place, all[i].path,
                       fmt::format("{} beside {}", Quote(Format(all[i].objective)),
                                   Quote(Format(all[k].objective))),
                       "one limit for the same measure");
    }
  }
  std::erase_if(all, [](const Written& written) { return written.node == nullptr; });
}

void CheckTestable(Reading& reading, const std::vector<Written>& all) {
  // A staircase compares what it measures: it takes them all.
  const bool judged =
      reading.command == Command::kVerify ||
      (reading.command == Command::kFind && reading.scenario.find.strategy != Strategy::kStaircase);
  if (!judged) {
    return;
  }
  for (const Written& written : all) {
    if (!written.objective.Testable()) {
      reading.Complain(written.node->place, written.path, Quote(written.node->text),
                       "a quantile or errors: mean, max and goodput are not decided request by "
                       "request, so no sequential test can judge them; run takes them");
    }
  }
  if (reading.command == Command::kVerify && all.empty()) {
    reading.Complain({}, "objectives", "", "at least one objective to verify: --p95 200ms");
  }
}

// The keys of `load:` as read, before the command decides what becomes of them.
struct LoadKeys {
  measure::OpenLoad open;
  measure::ClosedLoad closed;
  bool rate = false;
  bool users = false;
  bool arrivals = false;
  bool replay = false;
};

LoadKeys ReadKeys(const MapReader& map, measure::Load& load) {
  LoadKeys keys;
  keys.open.rate = Rate{1.0};
  keys.rate = ReadShapedRate(map, keys.open) || map.PerSecond("rate", false, keys.open.rate);
  keys.replay = ReadReplay(map, keys.open);
  int choice = 0;
  keys.arrivals = map.Choice("arrivals", choice);
  if (!keys.replay) {
    keys.open.arrivals = choice == 1 ? measure::Arrivals::kConstant : measure::Arrivals::kPoisson;
  }
  keys.users = ReadShapedUsers(map, keys.closed);
  if (!keys.users) {
    std::int64_t users = 1;
    keys.users = map.Count("users", 1, kManyUsers, users);
    keys.closed.users = static_cast<int>(users);
  }
  map.PerSecond("spawn", true, keys.closed.spawn);
  map.TimeSpan("think", Duration::zero(), keys.closed.think);
  choice = 0;
  map.Choice("think_law", choice);
  keys.closed.law = choice == 1 ? measure::ThinkLaw::kConstant : measure::ThinkLaw::kExponential;
  map.TimeSpan("warmup", Duration::zero(), load.warmup);
  map.TimeSpan("duration", 1ns, load.duration);
  map.Count("requests", 0, kNoLimit, load.requests);
  std::int64_t seed = 1;
  map.Count("seed", 0, kNoLimit, seed);
  load.seed = static_cast<std::uint64_t>(seed);
  return keys;
}

// How long a load lasts where nothing says it: stages and traces that end have a length.
Duration DurationOf(const LoadKeys& keys, const measure::Load& load) {
  const std::shared_ptr<const arrival::Profile>& profile =
      keys.open.profile != nullptr ? keys.open.profile : keys.closed.profile;
  if (keys.open.trace != nullptr && !keys.open.trace->loops()) {
    return std::max<Duration>(1ns, keys.open.trace->length() - load.warmup);
  }
  return profile != nullptr && !profile->repeats()
             ? std::max<Duration>(1ns, profile->length() - load.warmup)
             : load.duration;
}

// Keys that contradict each other, whatever the command.
void CheckKeys(const MapReader& map, const LoadKeys& keys) {
  Reading& reading = map.reading();
  if (int{keys.rate} + int{keys.users} + int{keys.replay} > 1) {
    const Node* last = map.Find(keys.replay ? "replay" : "users");
    reading.Complain(last->place, map.path(),
                     keys.rate && keys.users && !keys.replay ? "both rate and users"
                                                             : "a replay beside rate or users",
                     keys.replay ? "one of rate, users and replay"
                                 : "a rate (open loop) or users (closed loop)");
    return;
  }
  const auto belongs = [&](std::string_view key, std::string_view to) {
    if (const Node* node = map.Find(key)) {
      reading.Complain(node->place, map.PathOf(key), Describe(*node),
                       fmt::format("{} with it", to));
    }
  };
  if (!keys.replay) {
    belongs("warp", "replay");
    belongs("loop", "replay");
    belongs("time_column", "replay");
  }
  if (keys.closed.profile != nullptr && keys.closed.spawn.per_second > 0.0) {
    belongs("spawn", "a fixed number of users");
  }
  if (keys.rate || keys.replay) {
    belongs("spawn", "users");
    belongs("think", "users");
    belongs("think_law", "users");
  }
  if (keys.users || keys.replay ||
      (keys.arrivals && !keys.rate && reading.command != Command::kFind &&
       reading.command != Command::kShow)) {
    belongs("arrivals", "a rate");
  }
}

// The search sets the level itself: a flag that sets it is a misunderstanding.
void CheckFind(const MapReader& map, bool by_rate) {
  Reading& reading = map.reading();
  const auto refuse = [&](std::string_view key, std::string_view expected) {
    const Node* node = map.Find(key);
    if (FromFlag(node)) {
      reading.Complain(node->place, map.PathOf(key), Describe(*node), std::string(expected));
    }
  };
  constexpr std::string_view kChosen =
      "no level: find looks for it (--max-rate is its ceiling, verify tests one)";
  refuse("rate", kChosen);
  refuse("users", kChosen);
  if (reading.scenario.find.strategy == Strategy::kStaircase) {
    refuse("duration", "--requests: each step of a staircase sends so many");
  } else {
    refuse("duration", "--budget: each probe of find lasts as long as its test needs");
    refuse("requests", "--budget: each probe of find lasts as long as its test needs");
  }
  if (by_rate) {
    refuse("think", "--by users with it");
    refuse("spawn", "--by users with it");
  } else {
    refuse("arrivals", "--by rate with it");
  }
}

}  // namespace

void ReadObjectives(const MapReader& root) {
  Reading& reading = root.reading();
  std::vector<Written> all;
  ReadList(root, "", all);
  const Node* tasks = root.Find("tasks");
  if (tasks != nullptr && tasks->kind == Node::Kind::kList) {
    for (std::size_t i = 0; i < tasks->items.size() && i < reading.scenario.tasks.size(); ++i) {
      // Unknown keys were complained of when the task was read.
      const std::size_t before = reading.faults.size();
      const MapReader map(reading, &tasks->items[i], Section::kTask, fmt::format("tasks[{}]", i));
      reading.faults.resize(before);
      ReadList(map, reading.scenario.tasks[i].name, all);
    }
  }
  DropReplaced(reading, all);
  CheckTestable(reading, all);
  const auto rank = [&](const Written& written) {
    const std::vector<Task>& list = reading.scenario.tasks;
    return written.objective.task.empty()
               ? list.begin() - 1 - list.begin()
               : std::find_if(list.begin(), list.end(), [&](const Task& t) {
                   return t.name == written.objective.task;
                 }) - list.begin();
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Written& a, const Written& b) { return rank(a) < rank(b); });
  for (Written& written : all) {
    reading.scenario.objectives.push_back(std::move(written.objective));
  }
}

void ReadLoad(const MapReader& root) {
  Reading& reading = root.reading();
  Scenario& scenario = reading.scenario;
  measure::Load& load = scenario.load;
  const MapReader map(reading, root.Find("load"), Section::kLoad, "load");
  LoadKeys keys = ReadKeys(map, load);
  CheckKeys(map, keys);
  scenario.load_given =
      keys.rate || keys.users || keys.replay || map.Has("duration") || map.Has("requests");
  if (!map.Has("duration")) {
    load.duration = DurationOf(keys, load);
  }
  // Arrivals alone are meant for find: shown, but no load yet.
  bool open =
      keys.rate || keys.replay ||
      (reading.command == Command::kShow && keys.arrivals && !keys.users && !scenario.load_given);
  if (reading.command == Command::kFind) {
    open = scenario.find.by == measure::SearchAxis::kRate;
    CheckFind(map, open);
    keys.open.profile = nullptr;
    keys.open.trace = nullptr;
    keys.closed.profile = nullptr;
  }
  if (open) {
    load.shape = keys.open;
  } else {
    load.shape = keys.closed;
  }
  if (reading.command == Command::kVerify && !keys.rate && !keys.users && !keys.replay) {
    reading.Complain(map.place(), "load", "", "what to verify: --rate 200/s or --users 20");
  }
  if (reading.command == Command::kVerify && !load.steady()) {
    reading.Complain(map.place(), "load", "a load that changes",
                     "a steady one, which can be tested: --rate 200/s; run takes this one");
  }
  if (reading.command == Command::kRun && !scenario.load_given) {
    load.duration = 10s;
    reading.notes.push_back("no load given: a smoke test with one user for 10 s");
  }
  const Node* max = root.Find("find") == nullptr ? nullptr : root.Find("find")->Find("max");
  const double level = keys.open.profile != nullptr ? keys.open.profile->peak()
                       : keys.rate                  ? keys.open.rate.per_second
                                                    : keys.closed.users;
  if (reading.command != Command::kFind && FromFlag(max) && keys.rate &&
      level > scenario.find.max) {
    reading.Complain(max->place, "find.max", Quote(max->text),
                     fmt::format("at least the rate asked for, {}", FormatRate(Rate{level})));
  }
}

namespace {

void ReadStaircase(const MapReader& map, FindSpec& find) {
  const bool staircase = find.strategy == Strategy::kStaircase;
  if (staircase) {
    if (map.Has("by") && find.by == measure::SearchAxis::kRate) {
      map.reading().Complain(map.Find("by")->place, map.PathOf("by"), "rate beside staircase",
                             "users: a staircase counts them");
    }
    find.by = measure::SearchAxis::kUsers;
    find.max = 100.0;
    find.budget = 30min;
  }
  const auto read = [&](std::string_view key, int& out) {
    if (const Node* node = map.Find(key); node != nullptr && !staircase) {
      map.reading().Complain(node->place, map.PathOf(key), Describe(*node),
                             "strategy: staircase with it");
    }
    std::int64_t value = out;
    map.Count(key, 1, kManyUsers, value);
    out = static_cast<int>(value);
  };
  read("start", find.start);
  read("step", find.step);
  read("repeat", find.repeat);
}

}  // namespace

void ReadFind(const MapReader& root) {
  Reading& reading = root.reading();
  FindSpec& find = reading.scenario.find;
  const MapReader map(reading, root.Find("find"), Section::kFind, "find");
  int strategy = 0;
  map.Choice("strategy", strategy);
  find.strategy = strategy == 1 ? Strategy::kStaircase : Strategy::kBisect;
  int by = 0;
  map.Choice("by", by);
  find.by = by == 1 ? measure::SearchAxis::kUsers : measure::SearchAxis::kRate;
  if (reading.virtual_time) {
    find.budget = 24h;
  }
  ReadStaircase(map, find);
  if (find.by == measure::SearchAxis::kUsers) {
    std::int64_t users = 0;
    if (map.Count("max", 1, kManyUsers, users) && users > 0) {
      find.max = static_cast<double>(users);
    }
  } else {
    Rate rate;
    if (map.PerSecond("max", false, rate) && rate.per_second > 0.0) {
      find.max = rate.per_second;
    }
  }
  map.TimeSpan("budget", 1s, find.budget);
  map.Share("confidence", 0.5, 0.999, find.confidence);
  map.Share("precision", 0.001, 1.0, find.precision);
  map.TimeSpan("covers", Duration::zero(), find.covers);
  if (find.strategy == Strategy::kStaircase && find.max < find.start) {
    reading.Complain(map.place(), map.path(),
                     fmt::format("start {} above max {:.0f}", find.start, find.max),
                     "a first step that is not above the last");
  }
}

}  // namespace loadline::scenario
