#include "cli/session_options.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/units_text.h"

namespace loadline::cli {
namespace {

constexpr int kMaxThreads = 1024;

std::string Quoted(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

template <typename T, std::size_t kCount>
std::optional<T> Choose(std::string_view text,
                        const std::array<std::pair<std::string_view, T>, kCount>& choices) {
  for (const auto& [name, value] : choices) {
    if (name == text) {
      return value;
    }
  }
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, load::Pacing>, 4> kPacings = {{
    {"auto", load::Pacing::kAuto},
    {"hybrid", load::Pacing::kHybrid},
    {"busy", load::Pacing::kBusy},
    {"timer", load::Pacing::kTimer},
}};

constexpr std::array<std::pair<std::string_view, load::Records>, 4> kRecords = {{
    {"all", load::Records::kAll},
    {"errors", load::Records::kErrors},
    {"sample", load::Records::kSample},
    {"none", load::Records::kNone},
}};

void ReadEngine(const Arguments& arguments, load::EngineOptions& engine,
                std::vector<scenario::Fault>& faults) {
  if (arguments.Has("--threads")) {
    const std::string text = arguments.Value("--threads");
    int threads = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
    if (error != std::errc() || end != text.data() + text.size() || threads < 1 ||
        threads > kMaxThreads) {
      faults.push_back({"--threads", "", Quoted(text), "a whole number from 1 to 1024"});
    }
    engine.threads = threads;
  }
  if (arguments.Has("--pacing")) {
    const std::string text = arguments.Value("--pacing");
    const auto pacing = Choose(text, kPacings);
    if (!pacing) {
      faults.push_back({"--pacing", "", Quoted(text), "auto, hybrid, busy or timer"});
    }
    engine.pacing = pacing.value_or(load::Pacing::kAuto);
  }
  if (arguments.Has("--records")) {
    const std::string text = arguments.Value("--records");
    const auto records = Choose(text, kRecords);
    if (!records) {
      faults.push_back({"--records", "", Quoted(text), "all, errors, sample or none"});
    }
    engine.records = records.value_or(load::Records::kAll);
  }
  if (arguments.Has("--records-limit")) {
    const std::string text = arguments.Value("--records-limit");
    const Result<Bytes> limit = ParseBytes(text);
    if (!limit) {
      faults.push_back({"--records-limit", "", Quoted(text), "a size such as 512Mi or 1GB"});
    } else {
      engine.records_limit = *limit;
    }
  }
}

void ReadOverload(const Arguments& arguments, SessionOptions& options,
                  std::vector<scenario::Fault>& faults) {
  if (!arguments.Has("--overload")) {
    for (const char* flag : {"--for", "--after"}) {
      if (arguments.Has(flag)) {
        faults.push_back({flag, "", Quoted(arguments.Value(flag)), "--overload 1.5x with it"});
      }
    }
    return;
  }
  OverloadOptions overload;
  std::string factor = arguments.Value("--overload");
  if (factor.ends_with('x')) {
    factor.pop_back();
  }
  const Result<double> times = ParseNumber(factor);
  if (!times || *times <= 1.0 || *times > 100.0) {
    faults.push_back({"--overload", "", Quoted(arguments.Value("--overload")),
                      "so many times the load line, above 1: 1.5x"});
  } else {
    overload.factor = *times;
  }
  if (arguments.Has("--for")) {
    const Result<Duration> length = ParseDuration(arguments.Value("--for"));
    if (!length || *length < 1s) {
      faults.push_back(
          {"--for", "", Quoted(arguments.Value("--for")), "a duration of at least 1s: 30s"});
    } else {
      overload.length = *length;
    }
  }
  overload.after = arguments.Value("--after", "@last");
  // Beyond the line failures are what is looked for.
  options.engine.brake = false;
  options.overload = overload;
}

bool NeedsQuotes(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";
  return word.empty() || word.find_first_not_of(kPlain) != std::string_view::npos;
}

}  // namespace

SessionOptions ReadSessionOptions(const Arguments& arguments,
                                  std::vector<scenario::Fault>& faults) {
  SessionOptions options;
  ReadEngine(arguments, options.engine, faults);
  options.quiet = arguments.Has("--quiet");
  options.yes = arguments.Has("--yes");
  options.preflight = !arguments.Has("--no-preflight");
  options.engine.brake = !arguments.Has("--no-brake");
  ReadOverload(arguments, options, faults);
  for (const auto& [name, target] : {std::pair<std::string_view, std::string*>{"--db", &options.db},
                                     {"--json", &options.json},
                                     {"--continue", &options.continued}}) {
    if (arguments.Has(name)) {
      *target = arguments.Value(name);
      if (target->empty()) {
        faults.push_back({std::string(name), "", "\"\"",
                          name == "--continue" ? "a run: @last, an id or a label" : "a file"});
      }
    }
  }
  return options;
}

std::vector<scenario::Setting> ReadSettings(const Arguments& arguments,
                                            std::vector<scenario::Fault>& faults) {
  std::vector<scenario::Setting> settings;
  for (const GivenFlag& given : arguments.flags) {
    if (given.flag->setting == nullptr) {
      continue;
    }
    Result<scenario::Setting> setting = scenario::MakeSetting(*given.flag->setting, given.value);
    if (setting) {
      settings.push_back(*std::move(setting));
    } else {
      faults.push_back({std::string(given.flag->name), "", "", setting.error().message});
    }
  }
  return settings;
}

std::string Invocation(const std::vector<std::string>& words) {
  std::string line = "loadline";
  for (const std::string& word : words) {
    line += ' ';
    if (!NeedsQuotes(word)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char letter : word) {
      if (letter == '\'') {
        line += "'\\''";
      } else {
        line += letter;
      }
    }
    line += '\'';
  }
  return line;
}

}  // namespace loadline::cli
