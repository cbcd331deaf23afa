#include "scenario/check_reply.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/json_text.h"
#include "scenario/json_path.h"

namespace loadline::scenario {
namespace {

using Op = Check::Op;

template <typename T>
bool Compare(const T& value, Op op, const T& operand) {
  switch (op) {
    case Op::kEqual:
      return value == operand;
    case Op::kNotEqual:
      return value != operand;
    case Op::kLess:
      return value < operand;
    case Op::kLessEqual:
      return value <= operand;
    case Op::kGreater:
      return value > operand;
    case Op::kGreaterEqual:
      return value >= operand;
    default:
      return false;
  }
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

// Calls `visit(value)` for each field `name` of a raw head until it returns true.
template <typename Visit>
bool AnyHeader(std::string_view head, std::string_view name, Visit visit) {
  std::size_t at = head.find('\n');  // Past the status line.
  while (at != std::string_view::npos) {
    const std::size_t begin = at + 1;
    at = head.find('\n', begin);
    std::string_view line = head.substr(begin, at == head.npos ? at : at - begin);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !EqualsIgnoreCase(line.substr(0, colon), name)) {
      continue;
    }
    line.remove_prefix(colon + 1);
    const std::size_t first = line.find_first_not_of(" \t\r");
    const std::string_view value =
        first == line.npos ? std::string_view()
                           : line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    if (visit(value)) {
      return true;
    }
  }
  return false;
}

// A JSON value as text: a string without quotes, anything else as it is written.
std::string PlainText(std::string_view raw) {
  std::string text;
  if (raw.starts_with('"')) {
    AppendJsonUnescaped(raw.substr(1, raw.size() - 2), text);
  } else {
    text = raw;
  }
  return text;
}

// A check with what can be made of it once.
struct Prepared {
  const Check* check = nullptr;
  std::optional<JsonPath> path;
  std::unique_ptr<RE2> regex;
  std::optional<double> number;  // kStatus and kJson: the operand.

  [[nodiscard]] bool Matches(std::string_view text) const {
    switch (check->op) {
      case Op::kExists:
        return true;
      case Op::kContains:
        return text.find(check->operand) != std::string_view::npos;
      case Op::kMatches:
        return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex);
      case Op::kEqual:
        return text == check->operand;
      case Op::kNotEqual:
        return text != check->operand;
      default:
        return false;
    }
  }

  // One value that the path selected.
  [[nodiscard]] bool MatchesJson(std::string_view raw) const {
    if (check->op == Op::kExists) {
      return true;
    }
    if (check->op == Op::kContains || check->op == Op::kMatches) {
      return Matches(PlainText(raw));
    }
    if (number.has_value()) {
      const std::optional<double> value = JsonNumber(raw);
      return value.has_value() ? Compare(*value, check->op, *number) : check->op == Op::kNotEqual;
    }
    const bool both_text = raw.starts_with('"') && check->operand.starts_with('"');
    const bool equal =
        both_text ? PlainText(raw) == PlainText(check->operand) : raw == check->operand;
    return equal == (check->op == Op::kEqual);
  }

  // Every selected value must match, and there must be one.
  [[nodiscard]] bool HoldsInJson(std::string_view body) const {
    bool any = false;
    bool all = true;
    const bool valid = path->Find(body, [&](std::string_view raw) {
      any = true;
      all = all && MatchesJson(raw);
      return all;
    });
    return valid && any && all;
  }

  [[nodiscard]] bool Holds(const ReplyView& reply) const {
    switch (check->kind) {
      case Check::Kind::kStatus:
        return Compare(static_cast<double>(reply.status), check->op, *number);
      case Check::Kind::kHeader: {
        // `!=` says that no field has the value; everything else that one has it.
        const bool found = AnyHeader(reply.head, check->subject, [&](std::string_view value) {
          return check->op == Op::kNotEqual ? value == check->operand : Matches(value);
        });
        return check->op == Op::kNotEqual ? !found : found;
      }
      case Check::Kind::kBodyContains:
      case Check::Kind::kBodyRegex:
        return Matches(reply.body);
      case Check::Kind::kJson:
        return HoldsInJson(reply.body);
    }
    return false;
  }
};

Prepared Prepare(const Check& check) {
  Prepared prepared;
  prepared.check = &check;
  if (check.kind == Check::Kind::kJson) {
    std::string_view rest = check.subject;
    Result<JsonPath> path = JsonPath::Parse(rest);
    CHECK(path.has_value());
    prepared.path = *std::move(path);
  }
  if (check.kind == Check::Kind::kJson || check.kind == scenario::Check::Kind::kStatus) {
    prepared.number = JsonNumber(check.operand);
  }
  if (check.op == Op::kMatches) {
    RE2::Options options;
    options.set_log_errors(false);
    prepared.regex = std::make_unique<RE2>(check.operand, options);
    CHECK(prepared.regex->ok());
  }
  return prepared;
}

}  // namespace

struct ReplyChecker::Compiled {
  std::vector<Prepared> status;                  // First: a 503 is a 503 before it lacks a member.
  std::vector<std::pair<Prepared, int>> others;  // With the index of the check.
};

ReplyChecker::ReplyChecker(const Task& task, ShapeCodec codec)
    : shape_fault_(task.shape == BodyShape::kPlain ? nullptr : codec.fault_in_reply),
      compiled_(std::make_unique<Compiled>()) {
  CHECK(task.shape == BodyShape::kPlain || codec.fault_in_reply != nullptr);
  body_limit_ = shape_fault_ != nullptr ? kBodyLimit : 0;
  for (std::size_t i = 0; i < task.checks.size(); ++i) {
    const auto& check = task.checks[i];
    names_.push_back(check.text);
    if (check.kind == scenario::Check::Kind::kStatus) {
      compiled_->status.push_back(Prepare(check));
      continue;
    }
    compiled_->others.emplace_back(Prepare(check), static_cast<int>(i));
    if (check.kind == scenario::Check::Kind::kHeader) {
      needs_head_ = true;
    } else {
      body_limit_ = kBodyLimit;
    }
  }
}

ReplyChecker::~ReplyChecker() = default;
ReplyChecker::ReplyChecker(ReplyChecker&&) noexcept = default;
ReplyChecker& ReplyChecker::operator=(ReplyChecker&&) noexcept = default;

CheckResult ReplyChecker::Check(const ReplyView& reply) {
  const bool status_ok =
      compiled_->status.empty()
          ? reply.status >= 200 && reply.status < 300
          : std::all_of(compiled_->status.begin(), compiled_->status.end(),
                        [&](const Prepared& check) { return check.Holds(reply); });
  if (!status_ok) {
    return {measure::ErrorKind::kStatus, reply.status};
  }
  if (shape_fault_ != nullptr) {
    const std::string_view fault = shape_fault_(reply.body);
    if (!fault.empty()) {
      return {measure::ErrorKind::kCheck, IndexOf(fault)};
    }
  }
  for (const auto& [check, index] : compiled_->others) {
    if (!check.Holds(reply)) {
      return {measure::ErrorKind::kCheck, index};
    }
  }
  return {};
}

int ReplyChecker::IndexOf(std::string_view fault) {
  auto found = std::find(names_.begin(), names_.end(), fault);
  if (found == names_.end()) {
    found = names_.insert(names_.end(), std::string(fault));
  }
  return static_cast<int>(found - names_.begin());
}

Status CaptureFrom(const Task& task, const ReplyView& reply, Captured& captured) {
  for (const Capture& capture : task.captures) {
    const auto index = static_cast<std::size_t>(capture.index);
    captured.resize(std::max(captured.size(), index + 1));
    std::optional<std::string> value;
    if (!capture.header.empty()) {
      AnyHeader(reply.head, capture.header, [&](std::string_view text) {
        value = std::string(text);
        return true;
      });
    } else {
      std::string_view rest = capture.json_path;
      const Result<JsonPath> path = JsonPath::Parse(rest);
      CHECK(path.has_value());
      path->Find(reply.body, [&](std::string_view raw) {
        if (!raw.starts_with('{') && !raw.starts_with('[') && raw != "null") {
          value = PlainText(raw);
        }
        return false;
      });
    }
    const bool usable = value.has_value() && !value->empty() &&
                        std::none_of(value->begin(), value->end(), [](char c) {
                          return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                        });
    if (!usable) {
      return Error{
          ErrorCode::kNotFound,
          fmt::format("the reply to {} holds no text for {} ({})", task.name, capture.name,
                      capture.header.empty() ? capture.json_path : "header " + capture.header)};
    }
    captured[index] = *std::move(value);
  }
  return {};
}

}  // namespace loadline::scenario
