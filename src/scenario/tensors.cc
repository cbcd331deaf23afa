#include "scenario/tensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/json_text.h"

namespace loadline::scenario {
namespace {

constexpr std::string_view kBool = "BOOL";
constexpr std::string_view kInt64 = "INT64";
constexpr std::string_view kFp64 = "FP64";
constexpr std::string_view kBytes = "BYTES";

constexpr std::array<std::string_view, 13> kDatatypes{"BOOL", "UINT8", "UINT16", "UINT32", "UINT64",
                                                      "INT8", "INT16", "INT32",  "INT64",  "FP16",
                                                      "FP32", "FP64",  "BYTES"};

struct WholeRange {
  std::string_view datatype;
  std::int64_t low;
  std::uint64_t high;
};
constexpr std::array kWhole{
    WholeRange{"UINT8", 0, std::numeric_limits<std::uint8_t>::max()},
    WholeRange{"UINT16", 0, std::numeric_limits<std::uint16_t>::max()},
    WholeRange{"UINT32", 0, std::numeric_limits<std::uint32_t>::max()},
    WholeRange{"UINT64", 0, std::numeric_limits<std::uint64_t>::max()},
    WholeRange{"INT8", std::numeric_limits<std::int8_t>::min(),
               std::numeric_limits<std::int8_t>::max()},
    WholeRange{"INT16", std::numeric_limits<std::int16_t>::min(),
               std::numeric_limits<std::int16_t>::max()},
    WholeRange{"INT32", std::numeric_limits<std::int32_t>::min(),
               std::numeric_limits<std::int32_t>::max()},
    WholeRange{"INT64", std::numeric_limits<std::int64_t>::min(),
               std::numeric_limits<std::int64_t>::max()},
};

// Largest finite magnitude. FP16: (2 − 2^-10) · 2^15 (IEEE 754-2008, binary16).
double Largest(std::string_view datatype) {
  return datatype == "FP16"   ? 65504.0
         : datatype == "FP32" ? static_cast<double>(std::numeric_limits<float>::max())
                              : std::numeric_limits<double>::max();
}

Error Wanted(std::string what) {
  return {ErrorCode::kInvalidArgument, std::move(what)};
}

template <typename Whole>
std::optional<Whole> AllOf(std::string_view text) {
  Whole value{};
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  return fault == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

bool IsAnyCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

// What stands in a scalar: text without its quotes, everything else as written.
std::string Plain(std::string_view cell) {
  if (!cell.starts_with('"')) {
    return std::string(cell);
  }
  std::string text;
  AppendJsonUnescaped(cell.substr(1, cell.size() - 2), text);
  return text;
}

bool Fits(std::string_view digits, const WholeRange& range) {
  if (digits.starts_with('-')) {
    const std::optional<std::int64_t> value = AllOf<std::int64_t>(digits);
    return value && *value >= range.low;
  }
  const std::optional<std::uint64_t> value = AllOf<std::uint64_t>(digits);
  return value && *value <= range.high;
}

Result<std::string> WholeAs(const std::string& text, const WholeRange& range) {
  std::string digits = text;
  if (IsJsonNumber(text) && text.find_first_of(".eE") != std::string::npos) {
    // Beyond 2^53 a double does not tell which whole number was meant.
    const std::optional<double> number = JsonNumber(text);
    if (number && std::trunc(*number) == *number && std::abs(*number) <= 9007199254740992.0) {
      digits = fmt::format("{:.0f}", *number == 0.0 ? 0.0 : *number);
    }
  }
  if (!IsJsonNumber(digits) || !Fits(digits, range)) {
    return Wanted(fmt::format("a whole number from {} to {}", range.low, range.high));
  }
  return digits;
}

Result<std::string> FloatAs(const std::string& text, std::string_view datatype) {
  const std::optional<double> number = IsJsonNumber(text) ? JsonNumber(text) : std::nullopt;
  if (!number || std::abs(*number) > Largest(datatype)) {
    return Wanted(datatype == kFp64 ? std::string("a number")
                                    : fmt::format("a number up to {:.5g}", Largest(datatype)));
  }
  return text;
}

Result<std::string> BoolAs(const std::string& text) {
  for (const auto& [word, value] :
       {std::pair("true", "true"), {"false", "false"}, {"1", "true"}, {"0", "false"}}) {
    if (IsAnyCase(text, word)) {
      return std::string(value);
    }
  }
  return Wanted("true or false");
}

Result<std::string> ScalarAs(std::string_view cell, std::string_view datatype) {
  if (cell == "null") {
    return std::string(cell);
  }
  if (datatype == kBytes) {
    std::string text;
    if (cell.starts_with('"')) {
      text = cell;
    } else {
      AppendJsonString(cell, text);
    }
    return text;
  }
  const std::string text = Plain(cell);
  if (datatype == kBool) {
    return BoolAs(text);
  }
  const auto range = std::find_if(kWhole.begin(), kWhole.end(), [&](const WholeRange& candidate) {
    return candidate.datatype == datatype;
  });
  return range == kWhole.end() ? FloatAs(text, datatype) : WholeAs(text, *range);
}

std::string_view DatatypeOfNumber(std::string_view number) {
  return AllOf<std::int64_t>(number) ? kInt64 : kFp64;
}

// The datatype of one cell; empty for null. Nesting is as deep as a reader allows.
std::string_view DatatypeOfCell(std::string_view cell) {
  JsonReader in(cell);
  switch (in.Peek()) {
    case JsonType::kNumber:
      return DatatypeOfNumber(cell);
    case JsonType::kTrue:
    case JsonType::kFalse:
      return kBool;
    case JsonType::kNull:
      return {};
    case JsonType::kArray: {
      std::string_view common;
      std::string_view element;
      if (in.BeginArray()) {
        while (in.NextElement() && in.Skip(element)) {
          common = CommonDatatype(common, DatatypeOfCell(element));
        }
      }
      return common;
    }
    default:
      return kBytes;
  }
}

}  // namespace

std::span<const std::string_view> Datatypes() {
  return kDatatypes;
}

std::string_view DatatypeNamed(std::string_view text) {
  const auto found =
      std::find_if(kDatatypes.begin(), kDatatypes.end(), [&](std::string_view datatype) {
        return std::equal(
            text.begin(), text.end(), datatype.begin(), datatype.end(),
            [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
      });
  return found == kDatatypes.end() ? std::string_view() : *found;
}

std::string_view CommonDatatype(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) {
    return a.empty() ? b : a;
  }
  const bool numbers = (a == kInt64 || a == kFp64) && (b == kInt64 || b == kFp64);
  return a == b ? a : numbers ? kFp64 : kBytes;
}

std::string_view InferDatatype(const DataSet& set, std::size_t column) {
  std::string_view common;
  for (const std::vector<std::string>& row : set.rows) {
    common = CommonDatatype(common, DatatypeOfCell(row[column]));
  }
  return common.empty() ? kBytes : common;
}

Result<std::string> CellAs(std::string_view cell, std::string_view datatype) {
  JsonReader in(cell);
  if (in.Peek() != JsonType::kArray) {
    return ScalarAs(cell, datatype);
  }
  std::string list = "[";
  std::string_view element;
  in.BeginArray();
  while (in.NextElement() && in.Skip(element)) {
    list += list.size() > 1 ? "," : "";
    list += TRY(CellAs(element, datatype));
  }
  return list + "]";
}

std::optional<std::vector<std::int64_t>> CellShape(std::string_view cell) {
  std::vector<std::int64_t> shape;
  JsonReader in(cell);
  if (in.Peek() != JsonType::kArray) {
    return shape;
  }
  std::optional<std::vector<std::int64_t>> inner;
  std::int64_t count = 0;
  std::string_view element;
  in.BeginArray();
  while (in.NextElement() && in.Skip(element)) {
    std::optional<std::vector<std::int64_t>> one = CellShape(element);
    if (!one || (count > 0 && one != inner)) {
      return std::nullopt;
    }
    inner = std::move(one);
    ++count;
  }
  shape.push_back(count);
  if (inner) {
    shape.insert(shape.end(), inner->begin(), inner->end());
  }
  return shape;
}

}  // namespace loadline::scenario
