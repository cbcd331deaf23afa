// The document; junit_run.cc makes suites of runs.
#include "report/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/clock.h"
#include "base/json_text.h"

namespace loadline::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Bytes of the UTF-8 sequence at the start of `text`; 1 where there is none.
std::size_t SequenceAt(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return size <= text.size() && IsUtf8(text.substr(0, size)) ? size : 1;
}

/// Whether XML 1.0 may hold the character, escaped or not. Source: XML 1.0, 2.2, Char.
bool MayHold(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  if (character.size() == 1) {
    return (lead >= 0x20 && lead < 0x80) || lead == '\t' || lead == '\n' || lead == '\r';
  }
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

/// `attribute`: white space that a parser would turn into blanks is kept as character references.
void Append(std::string_view text, bool attribute, std::string& out) {
  while (!text.empty()) {
    const std::string_view character = text.substr(0, SequenceAt(text));
    text.remove_prefix(character.size());
    if (!MayHold(character)) {
      out += kReplacement;
    } else if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"" && attribute) {
      out += "&quot;";
    } else if (character == "\r" || (attribute && (character == "\n" || character == "\t"))) {
      fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(character.front()));
    } else {
      out += character;
    }
  }
}

void Attribute(std::string_view name, std::string_view value, std::string& out) {
  out.append(" ").append(name).append("=\"");
  Append(value, true, out);
  out += '"';
}

/// Names are tokens: one line, blanks neither at the ends nor twice in a row.
std::string Token(std::string_view text) {
  std::string token;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      token += c;
    } else if (!token.empty() && token.back() != ' ') {
      token += ' ';
    }
  }
  if (token.ends_with(' ')) {
    token.pop_back();
  }
  return token.empty() ? "-" : token;
}

std::string SecondsText(Duration d) {
  return fmt::format("{:.3f}", static_cast<double>(std::max(d, Duration::zero()).count()) / 1e9);
}

std::int64_t Count(const JunitSuite& suite, CaseState state) {
  return std::count_if(suite.cases.begin(), suite.cases.end(),
                       [state](const JunitCase& one) { return one.state == state; });
}

void WriteCase(const JunitCase& one, std::string& out) {
  out += "    <testcase";
  Attribute("name", Token(one.name), out);
  Attribute("classname", Token(one.group), out);
  Attribute("time", SecondsText(one.time), out);
  if (one.state == CaseState::kPassed) {
    out += "/>\n";
    return;
  }
  const std::string_view element = one.state == CaseState::kFailed  ? "failure"
                                   : one.state == CaseState::kError ? "error"
                                                                    : "skipped";
  out.append(">\n      <").append(element);
  if (one.state != CaseState::kSkipped) {
    Attribute("type", Token(one.type), out);
  }
  Attribute("message", one.message, out);
  out += '>';
  Append(one.details, false, out);
  out.append("</").append(element).append(">\n    </testcase>\n");
}

void WriteSuite(const JunitSuite& suite, std::size_t number, std::string& out) {
  out += "  <testsuite";
  Attribute("name", Token(suite.name), out);
  Attribute("package", "loadline", out);
  Attribute("id", std::to_string(number), out);
  Attribute("tests", std::to_string(suite.cases.size()), out);
  Attribute("failures", std::to_string(Count(suite, CaseState::kFailed)), out);
  Attribute("errors", std::to_string(Count(suite, CaseState::kError)), out);
  Attribute("skipped", std::to_string(Count(suite, CaseState::kSkipped)), out);
  Attribute("time", SecondsText(suite.time), out);
  Attribute("timestamp", FormatUtc(suite.started).substr(0, 19), out);  // Without a zone.
  Attribute("hostname", Token(suite.host), out);
  out += ">\n    <properties>\n";
  for (const auto& [name, value] : suite.properties) {
    out += "      <property";
    Attribute("name", Token(name), out);
    Attribute("value", value, out);
    out += "/>\n";
  }
  out += "    </properties>\n";
  for (const JunitCase& one : suite.cases) {
    WriteCase(one, out);
  }
  out += "    <system-out>";
  Append(suite.output, false, out);
  out += "</system-out>\n    <system-err/>\n  </testsuite>\n";
}

}  // namespace

std::string JunitDocument(const std::vector<JunitSuite>& suites) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (std::size_t i = 0; i < suites.size(); ++i) {
    WriteSuite(suites[i], i, out);
  }
  return out + "</testsuites>\n";
}

}  // namespace loadline::report
