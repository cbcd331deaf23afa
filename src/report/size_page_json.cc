// SizePage as JSON, and back.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/clock.h"
#include "report/size_page.h"

namespace loadline::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
// What is beyond these was not written here, and would take for ever to draw.
constexpr std::size_t kMostEntries = 1'000;
constexpr std::int64_t kMostPlaces = 10'000;
constexpr std::int64_t kMostPods = 1'000'000'000;
constexpr double kLeastLevel = 1e-12;
constexpr double kMostCount = 1e12;
constexpr double kMostMs = 1e12;

template <typename Value>
Json OrNull(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

double Ms(Duration value) {
  return Seconds(value) * 1e3;
}

/// An object of the document and how it is called: `by_traffic[3]`. Reading a member that is not
/// what it should be gives a value of its kind and remembers the first such fault.
class Members {
 public:
  Members(const Json& object, std::string path, std::string& fault)
      : object_(&object), path_(std::move(path)), fault_(&fault) {
    if (!object.is_object()) {
      Complain({}, "an object");
    }
  }

  [[nodiscard]] std::string Text(const char* key) const {
    const Json* found = At(key);
    if (found == nullptr || !found->is_string()) {
      Complain(key, "a text");
      return {};
    }
    return found->get<std::string>();
  }

  [[nodiscard]] bool Flag(const char* key) const {
    const Json* found = At(key);
    if (found == nullptr || !found->is_boolean()) {
      Complain(key, "true or false");
      return false;
    }
    return found->get<bool>();
  }

  /// From `low` to `high`.
  [[nodiscard]] double Number(const char* key, double low, double high) const {
    const Json* found = At(key);
    const double value = found != nullptr && found->is_number() ? found->get<double>() : low - 1;
    if (!(value >= low && value <= high)) {
      Complain(key, fmt::format("a number from {:g} to {:g}", low, high));
      return low;
    }
    return value;
  }

  [[nodiscard]] std::int64_t Whole(const char* key, std::int64_t high) const {
    const Json* found = At(key);
    const bool whole = found != nullptr && found->is_number_integer();
    const std::int64_t value = whole ? found->get<std::int64_t>() : -1;
    if (value < 0 || value > high) {
      Complain(key, fmt::format("a whole number from 0 to {}", high));
      return 0;
    }
    return value;
  }

  [[nodiscard]] bool IsNull(const char* key) const {
    const Json* found = At(key);
    return found != nullptr && found->is_null();
  }

  [[nodiscard]] Members Object(const char* key) const {
    const Json* found = At(key);
    if (found == nullptr) {
      Complain(key, "an object");
    }
    return {found == nullptr ? *object_ : *found, Path(key), *fault_};
  }

  /// Calls `read` with each entry of a list.
  template <typename Read>
  void ForEach(const char* key, const Read& read) const {
    const Json* found = At(key);
    if (found == nullptr || !found->is_array() || found->size() > kMostEntries) {
      Complain(key, fmt::format("a list of at most {} entries", kMostEntries));
      return;
    }
    for (std::size_t i = 0; i < found->size() && fault_->empty(); ++i) {
      read((*found)[i], fmt::format("{}[{}]", Path(key), i));
    }
  }

  /// The same of objects.
  template <typename Read>
  void ForEachObject(const char* key, const Read& read) const {
    ForEach(key, [&](const Json& entry, const std::string& path) {
      read(Members(entry, path, *fault_));
    });
  }

  /// That the member (the object itself: null) is not what was expected.
  void Complain(const char* key, const std::string& expected) const {
    if (fault_->empty()) {
      const Json* found = key == nullptr ? object_ : At(key);
      *fault_ = fmt::format("{}: {}; expected {}", Path(key),
                            found == nullptr ? "missing" : "found " + Shown(*found), expected);
    }
  }

 private:
  /// Null: missing.
  [[nodiscard]] const Json* At(const char* key) const {
    const auto found = object_->is_object() ? object_->find(key) : object_->end();
    return found == object_->end() ? nullptr : &*found;
  }

  [[nodiscard]] std::string Path(const char* key) const {
    if (key == nullptr) {
      return path_.empty() ? "the document" : path_;
    }
    return path_.empty() ? key : fmt::format("{}.{}", path_, key);
  }

  static std::string Shown(const Json& value) {
    constexpr std::size_t kMost = 40;
    const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return text.size() <= kMost ? text : fmt::format("{}…", text.substr(0, kMost));
  }

  const Json* object_;
  std::string path_;
  std::string* fault_;
};

Json ToJson(const SizeLine& line) {
  return {{"head", line.head}, {"text", line.text}};
}

Json ToJson(const PodsForTraffic& point) {
  return {
      {"level", point.level}, {"classic", OrNull(point.classic)}, {"by_balance", point.by_balance}};
}

Json ToJson(const VariedLimit& varied) {
  return {{"text", varied.text}, {"name", varied.name}, {"limit_ms", Ms(varied.limit)}};
}

Json ToJson(const PodsForLimit& point) {
  return {{"limit_ms", Ms(point.limit)},
          {"pods", point.pods},
          {"usd_per_month", OrNull(point.usd_per_month)}};
}

Json ToJson(const NodeFill& fill) {
  return {{"type", fill.type},       {"resource", fill.resource}, {"reserved", fill.reserved},
          {"daemons", fill.daemons}, {"pods", fill.pods},         {"places", fill.places},
          {"size", fill.size}};
}

Json ToJson(const Alternative& each) {
  return {{"what", each.what},           {"flag", each.flag},
          {"needed", each.needed},       {"pods", each.pods},
          {"nodes", OrNull(each.nodes)}, {"usd_per_month", each.usd_per_month}};
}

template <typename Value>
Json ToList(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const Value& value : values) {
    list.push_back(ToJson(value));
  }
  return list;
}

Duration TimeOf(const Members& members, const char* key) {
  return Duration(std::llround(members.Number(key, kLeastLevel, kMostMs) * 1e6));
}

int Count(const Members& members, const char* key) {
  return static_cast<int>(members.Whole(key, kMostPods));
}

std::optional<double> Usd(const Members& members) {
  constexpr const char* kKey = "usd_per_month";
  return members.IsNull(kKey) ? std::nullopt : std::optional(members.Number(kKey, 0, kMostCount));
}

void ReadTexts(const Members& page, const char* key, std::vector<std::string>& texts) {
  page.ForEach(key, [&](const Json& entry, const std::string& path) {
    if (!entry.is_string()) {
      page.Complain(key, fmt::format("a text as {}", path));
      return;
    }
    texts.push_back(entry.get<std::string>());
  });
}

/// Needs `balances`.
void ReadTraffic(const Members& members, SizePage& page) {
  members.ForEachObject("by_traffic", [&](const Members& entry) {
    PodsForTraffic point;
    point.level = entry.Number("level", kLeastLevel, kMostCount);
    if (!entry.IsNull("classic")) {
      point.classic = Count(entry, "classic");
    }
    entry.ForEach("by_balance", [&](const Json& pods, const std::string&) {
      const bool whole = pods.is_number_integer();
      const std::int64_t count = whole ? pods.get<std::int64_t>() : -1;
      if (count < 0 || count > kMostPods) {
        entry.Complain("by_balance", fmt::format("whole numbers from 0 to {}", kMostPods));
      }
      point.by_balance.push_back(static_cast<int>(count));
    });
    if (point.by_balance.size() != page.balances.size()) {
      entry.Complain("by_balance", fmt::format("{} numbers", page.balances.size()));
    }
    page.by_traffic.push_back(std::move(point));
  });
}

void ReadLimits(const Members& members, SizePage& page) {
  if (!members.IsNull("varied")) {
    const Members varied = members.Object("varied");
    page.varied = VariedLimit{.text = varied.Text("text"),
                              .name = varied.Text("name"),
                              .limit = TimeOf(varied, "limit_ms")};
  }
  members.ForEachObject("by_limit", [&](const Members& entry) {
    page.by_limit.push_back({.limit = TimeOf(entry, "limit_ms"),
                             .pods = entry.Whole("pods", kMostPods),
                             .usd_per_month = Usd(entry)});
  });
}

void ReadFills(const Members& members, SizePage& page) {
  members.ForEachObject("fills", [&](const Members& entry) {
    page.fills.push_back({.type = entry.Text("type"),
                          .resource = entry.Text("resource"),
                          .reserved = entry.Number("reserved", 0, 1),
                          .daemons = entry.Number("daemons", 0, 1),
                          .pods = entry.Number("pods", 0, 1),
                          .places = static_cast<int>(entry.Whole("places", kMostPlaces)),
                          .size = entry.Text("size")});
  });
}

void ReadAlternatives(const Members& members, SizePage& page) {
  members.ForEachObject("alternatives", [&](const Members& entry) {
    page.alternatives.push_back(
        {.what = entry.Text("what"),
         .flag = entry.Text("flag"),
         .needed = Count(entry, "needed"),
         .pods = Count(entry, "pods"),
         .nodes = entry.IsNull("nodes") ? std::nullopt : std::optional(Count(entry, "nodes")),
         .usd_per_month = entry.Number("usd_per_month", 0, kMostCount)});
  });
}

SizePage ReadMembers(const Members& members) {
  SizePage page;
  page.version = members.Text("version");
  page.invocation = members.Text("invocation");
  page.origin = members.Text("origin");
  members.ForEachObject("lines", [&](const Members& entry) {
    page.lines.push_back({.head = entry.Text("head"), .text = entry.Text("text")});
  });
  page.of_users = members.Flag("of_users");
  page.level = members.Number("level", kLeastLevel, kMostCount);
  page.pods = members.Whole("pods", kMostPods);
  page.needed = members.Whole("needed", kMostPods);
  page.classic = members.Whole("classic", kMostPods);
  page.busy = members.Number("busy", 0, kMostCount);
  if (!members.IsNull("nodes")) {
    page.nodes = members.Whole("nodes", kMostPods);
  }
  page.usd_per_month = Usd(members);
  ReadTexts(members, "balances", page.balances);
  ReadTraffic(members, page);
  ReadLimits(members, page);
  ReadFills(members, page);
  ReadAlternatives(members, page);
  ReadTexts(members, "arithmetic", page.arithmetic);
  return page;
}

Error Unreadable(const std::string& why) {
  return {ErrorCode::kCorrupt, fmt::format("what was kept of the sizing cannot be read: {}", why)};
}

}  // namespace

std::string SizePageDocument(const SizePage& page) {
  const Json document = {
      {"format", kFormat},
      {"version", page.version},
      {"invocation", page.invocation},
      {"origin", page.origin},
      {"lines", ToList(page.lines)},
      {"of_users", page.of_users},
      {"level", page.level},
      {"pods", page.pods},
      {"needed", page.needed},
      {"classic", page.classic},
      {"busy", page.busy},
      {"nodes", OrNull(page.nodes)},
      {"usd_per_month", OrNull(page.usd_per_month)},
      {"balances", page.balances},
      {"by_traffic", ToList(page.by_traffic)},
      {"varied", page.varied ? ToJson(*page.varied) : Json()},
      {"by_limit", ToList(page.by_limit)},
      {"fills", ToList(page.fills)},
      {"alternatives", ToList(page.alternatives)},
      {"arithmetic", page.arithmetic},
  };
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string WithSizings(const std::string& document, const std::vector<SizingLine>& lines) {
  Json json = Json::parse(document, nullptr, false);
  if (lines.empty() || !json.is_object()) {
    return document;
  }
  Json sizings = Json::array();
  for (const SizingLine& line : lines) {
    sizings.push_back({{"made", FormatUtc(line.made)},
                       {"version", line.version},
                       {"invocation", line.invocation},
                       {"promise", line.promise},
                       {"rate_rps", OrNull(line.rate_rps)},
                       {"users", OrNull(line.users)},
                       {"pods", line.pods},
                       {"needed", line.needed},
                       {"nodes", OrNull(line.nodes)},
                       {"usd_per_month", OrNull(line.usd_per_month)}});
  }
  json["sizings"] = std::move(sizings);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<SizePage> ReadSizePage(std::string_view document) {
  const Json json = Json::parse(document, nullptr, false);
  if (json.is_discarded()) {
    return Unreadable("it is no JSON");
  }
  std::string fault;
  const Members members(json, {}, fault);
  const std::int64_t format = members.Whole("format", std::numeric_limits<int>::max());
  if (fault.empty() && format > kFormat) {
    return Error{ErrorCode::kCorrupt,
                 fmt::format("a newer loadline kept it (format {}, this one reads {}); use that "
                             "one",
                             format, kFormat)};
  }
  SizePage page = ReadMembers(members);
  if (!fault.empty()) {
    return Unreadable(fault);
  }
  return page;
}

}  // namespace loadline::report
