// FlagReader: options read one by one, and everything that is wrong with them told at once.
//
// A value on one thread.
#pragma once

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units_text.h"
#include "cli/arguments.h"

namespace loadline::cli {

/// Reads flags one by one and collects what is wrong.
class FlagReader {
 public:
  explicit FlagReader(const Arguments& arguments) : arguments_(arguments) {}

  [[nodiscard]] bool Has(std::string_view flag) const { return arguments_.Has(flag); }
  [[nodiscard]] std::string Text(std::string_view flag) const { return arguments_.Value(flag); }

  void Fault(std::string_view flag, std::string_view message) {
    faults_ += fmt::format("{}{}: {}", faults_.empty() ? "" : "\n", flag, message);
  }

  /// `parse` of the flag's text into `out`, where it was given and can be read.
  template <typename T, typename Parse>
  void Read(std::string_view flag, T& out, const Parse& parse) {
    if (Has(flag)) {
      Read(flag, Text(flag), out, parse);
    }
  }

  template <typename T, typename Parse>
  void Read(std::string_view flag, const std::string& text, T& out, const Parse& parse) {
    const auto value = parse(text);
    if (value) {
      out = *value;
    } else {
      Fault(flag, value.error().message);
    }
  }

  void Number(std::string_view flag, double& out, double above, std::string_view example) {
    if (!Has(flag)) {
      return;
    }
    const Result<double> value = ParseNumber(Text(flag));
    if (value && *value > above) {
      out = *value;
    } else {
      Fault(flag, fmt::format("found \"{}\"; expected a number above {:g}, such as {}", Text(flag),
                              above, example));
    }
  }

  template <typename Int>
  void Whole(std::string_view flag, Int& out, int least, int most) {
    if (Has(flag)) {
      ReadWhole(flag, Text(flag), out, least, most);
    }
  }

  template <typename Int>
  void ReadWhole(std::string_view flag, const std::string& text, Int& out, int least, int most) {
    const Result<double> value = ParseNumber(text);
    if (value && *value >= least && *value <= most && *value == std::floor(*value)) {
      out = static_cast<Int>(*value);
    } else {
      Fault(flag, fmt::format("found \"{}\"; expected a whole number from {} to {}", text, least,
                              FormatCount(most)));
    }
  }

  [[nodiscard]] const std::string& faults() const { return faults_; }

 private:
  const Arguments& arguments_;
  std::string faults_;
};

}  // namespace loadline::cli
