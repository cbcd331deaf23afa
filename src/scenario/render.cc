#include "scenario/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <iterator>
#include <limits>
#include <string_view>

#include "base/check.h"
#include "base/json_text.h"
#include "base/random.h"

namespace loadline::scenario {
namespace {

using Kind = TemplatePart::Kind;
using Context = TemplatePart::Context;

// Streams of random numbers: one per purpose, so that none depends on another.
constexpr std::uint64_t kDataStream = 0x64617461;
constexpr std::uint64_t kValueStream = 0x76616c75;

// A uniform whole number in [0, bound) from 64 random bits.
std::uint64_t Bounded(std::uint64_t bits, std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(bits) * bound) >> 64);
}

// Where element `i` of 0..n-1 goes in the permutation number `key`: a Feistel network of four
// rounds over the smallest even number of bits that holds n, walked until it lands below n (at
// most four steps on average). No table, so that any thread finds its rows alone.
// Source: J. Black, P. Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002.
std::uint64_t Permute(std::uint64_t i, std::uint64_t n, std::uint64_t key) {
  const auto half = static_cast<unsigned>(std::bit_width(n - 1) + 1) / 2;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = i >> half;
    std::uint64_t right = i & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t mixed = left ^ (Mix(key ^ Mix(right + (round << 56))) & mask);
      left = right;
      right = mixed;
    }
    i = left << half | right;
  } while (i >= n);
  return i;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

void AppendPercentEncoded(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

// Plain text as its context demands.
void AppendText(std::string_view text, Context context, std::string& out) {
  switch (context) {
    case Context::kText:
      out += text;
      break;
    case Context::kPath:
      AppendPercentEncoded(text, out);
      break;
    case Context::kJsonValue:
      AppendJsonString(text, out);
      break;
    case Context::kJsonString:
      AppendJsonEscaped(text, out);
      break;
  }
}

// A value that is JSON text (a cell, a row) as its context demands.
void AppendJsonValue(std::string_view json, Context context, std::string& out) {
  if (context == Context::kJsonValue) {
    out += json;
    return;
  }
  if (!json.starts_with('"')) {
    AppendText(json, context, out);
    return;
  }
  const std::string_view inside = json.substr(1, json.size() - 2);
  if (context == Context::kJsonString) {
    out += inside;  // Escaped already.
  } else if (context == Context::kText) {
    AppendJsonUnescaped(inside, out);
  } else {
    std::string plain;  // Rare, and short: a string cell in a path.
    AppendJsonUnescaped(inside, plain);
    AppendText(plain, context, out);
  }
}

void AppendUuid(std::uint64_t high, std::uint64_t low, std::string& out) {
  // Version 4, variant 10 (RFC 9562, 5.4).
  high = (high & 0xffffffffffff0fffULL) | 0x4000ULL;
  low = (low & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32,
                 high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffffULL);
}

// The most rows that a request takes at once from each set.
void NoteRows(const Task& task, const Target& target, std::vector<std::int64_t>& most) {
  const auto note = [&](int data, std::int64_t rows) {
    std::int64_t& so_far = most[static_cast<std::size_t>(data)];
    so_far = std::max(so_far, rows);
  };
  const auto note_template = [&](const Template& source) {
    for (const TemplatePart& part : source.parts) {
      if (part.data >= 0) {
        note(part.data, part.kind == Kind::kRows ? part.low : 1);
      }
    }
  };
  note_template(task.path);
  note_template(task.body);
  for (const auto& [name, value] : task.headers) {
    note_template(value);
  }
  for (const auto& [name, value] : target.headers) {
    note_template(value);
  }
  if (task.shape_data >= 0) {
    note(task.shape_data, task.shape_rows);
  }
}

bool Overrides(const Task& task, std::string_view name) {
  return std::any_of(task.headers.begin(), task.headers.end(),
                     [&](const auto& header) { return EqualsIgnoreCase(header.first, name); });
}

}  // namespace

Renderer::Renderer(const Scenario& scenario, const Secrets& secrets, ShapeCodec codec,
                   std::uint64_t seed)
    : scenario_(scenario),
      secrets_(secrets),
      codec_(codec),
      seed_(seed),
      rows_per_request_(scenario.data.size(), 0) {
  for (const Task& task : scenario.tasks) {
    CHECK(task.shape == BodyShape::kPlain || codec.append_request != nullptr);
    NoteRows(task, scenario.target, rows_per_request_);
  }
  for (const std::int64_t rows : rows_per_request_) {
    used_by_tasks_.push_back(rows > 0);
  }
  for (const Task& task : scenario.on_start) {
    NoteRows(task, scenario.target, rows_per_request_);
  }
}

bool Renderer::IsStatic(const Task& task, const Target& target) {
  const auto is_static = [](const auto& header) { return header.second.IsStatic(); };
  return task.path.IsStatic() && task.body.IsStatic() && task.shape_data < 0 &&
         std::all_of(task.headers.begin(), task.headers.end(), is_static) &&
         std::all_of(target.headers.begin(), target.headers.end(), is_static);
}

std::uint64_t Renderer::RequestsOf(std::size_t data) const {
  const DataSet& set = scenario_.data[data];
  const auto rows = static_cast<std::uint64_t>(std::max<std::int64_t>(1, rows_per_request_[data]));
  return set.order == DataOrder::kOnce ? set.rows.size() / rows
                                       : std::numeric_limits<std::uint64_t>::max();
}

std::uint64_t Renderer::RequestsUntilDataEnds() const {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t i = 0; i < scenario_.data.size(); ++i) {
    if (used_by_tasks_[i]) {
      least = std::min(least, RequestsOf(i));
    }
  }
  return least;
}

bool Renderer::Render(const Task& task, std::uint64_t k, const Captured& captured,
                      RenderedRequest& out) {
  Request request;
  request.captured = &captured;
  request.k = k;
  request.stream = kValueStream;
  for (std::size_t i = 0; i < scenario_.on_start.size(); ++i) {
    // A user's number is no request's number: other random values.
    request.stream += &scenario_.on_start[i] == &task ? i + 1 : 0;
  }
  out.path.clear();
  out.body.clear();
  if (!RenderTemplate(task.path, request, out.path) || !RenderHeaders(task, request, out)) {
    return false;
  }
  // A shaped body may have been given ready-made.
  return task.shape_data < 0 ? RenderTemplate(task.body, request, out.body)
                             : RenderShape(task, request, out.body);
}

bool Renderer::RenderHeaders(const Task& task, Request& request, RenderedRequest& out) {
  std::size_t count = 0;
  const auto next = [&](std::string_view name) -> std::string& {
    if (count == out.headers.size()) {
      out.headers.emplace_back();
    }
    RenderedRequest::Header& header = out.headers[count++];
    header.name.assign(name);
    header.value.clear();
    return header.value;
  };
  // A header that uses a value which this user has not captured yet is left out.
  const auto add = [&](const std::string& name, const Template& value) {
    const bool missing =
        std::any_of(value.parts.begin(), value.parts.end(), [&](const TemplatePart& part) {
          const auto index = static_cast<std::size_t>(part.capture);
          return part.kind == Kind::kCaptured &&
                 (index >= request.captured->size() || (*request.captured)[index].empty());
        });
    return missing || RenderTemplate(value, request, next(name));
  };
  for (const Secrets::Header& secret : secrets_.headers) {
    if (!Overrides(task, secret.name)) {
      next(secret.name) += secret.value.Reveal();
    }
  }
  for (const auto& [name, value] : scenario_.target.headers) {
    if (!Overrides(task, name) && !add(name, value)) {
      return false;
    }
  }
  for (const auto& [name, value] : task.headers) {
    if (!add(name, value)) {
      return false;
    }
  }
  if (!task.content_type.empty()) {
    next("Content-Type") += task.content_type;
  }
  out.headers.resize(count);
  return true;
}

bool Renderer::RenderTemplate(const Template& source, Request& request, std::string& out) {
  for (const TemplatePart& part : source.parts) {
    if (!RenderPart(part, request, out)) {
      return false;
    }
  }
  return true;
}

std::uint64_t Renderer::Draw(Request& request) const {
  return StreamSeed(StreamSeed(seed_, request.stream << 16 | request.drawn++), request.k);
}

bool Renderer::RenderPart(const TemplatePart& part, Request& request, std::string& out) {
  const auto number = [&](auto value) { fmt::format_to(std::back_inserter(out), "{}", value); };
  switch (part.kind) {
    case Kind::kLiteral:
      out += part.text;
      return true;
    case Kind::kRow:
    case Kind::kRows:
    case Kind::kColumn:
      return RenderData(part, request.k, out);
    case Kind::kUuid: {
      const bool quotes = part.context == Context::kJsonValue;
      out += quotes ? "\"" : "";
      const std::uint64_t high = Draw(request);
      AppendUuid(high, Draw(request), out);
      out += quotes ? "\"" : "";
      return true;
    }
    case Kind::kCounter:
      number(request.k);
      return true;
    case Kind::kRandomInt: {
      // Wraps as unsigned numbers do: right over the whole range, for which `span` is 0.
      const std::uint64_t low = static_cast<std::uint64_t>(part.low);
      const std::uint64_t span = static_cast<std::uint64_t>(part.high) - low + 1;
      const std::uint64_t bits = Draw(request);
      number(static_cast<std::int64_t>(low + (span == 0 ? bits : Bounded(bits, span))));
      return true;
    }
    case Kind::kCaptured: {
      const auto index = static_cast<std::size_t>(part.capture);
      if (index < request.captured->size()) {
        AppendText((*request.captured)[index], part.context, out);
      } else {
        AppendText("", part.context, out);
      }
      return true;
    }
  }
  return false;
}

bool Renderer::RenderData(const TemplatePart& part, std::uint64_t k, std::string& out) {
  if (!ChooseRows(part.data, part.kind == Kind::kRows ? part.low : 1, k)) {
    return false;
  }
  const DataSet& set = scenario_.data[static_cast<std::size_t>(part.data)];
  if (part.kind == Kind::kColumn) {
    AppendJsonValue(set.rows[indexes_[0]][static_cast<std::size_t>(part.column)], part.context,
                    out);
    return true;
  }
  // Objects and lists are JSON text wherever they stand.
  const Context context = part.context == Context::kJsonValue ? Context::kText : part.context;
  const bool list = part.kind == Kind::kRows;
  AppendText(list ? "[" : "", context, out);
  for (std::size_t i = 0; i < indexes_.size(); ++i) {
    AppendText(i > 0 ? "," : "", context, out);
    AppendText(set.row_json[indexes_[i]], context, out);
  }
  AppendText(list ? "]" : "", context, out);
  return true;
}

bool Renderer::RenderShape(const Task& task, const Request& request, std::string& out) {
  if (!ChooseRows(task.shape_data, task.shape_rows, request.k)) {
    return false;
  }
  const DataSet& set = scenario_.data[static_cast<std::size_t>(task.shape_data)];
  codec_.append_request(task, set, indexes_, out);
  return true;
}

bool Renderer::ChooseRows(int data, std::int64_t count, std::uint64_t k) {
  const auto index = static_cast<std::size_t>(data);
  const DataSet& set = scenario_.data[index];
  const std::uint64_t rows = set.rows.size();
  if (k >= RequestsOf(index)) {
    return false;
  }
  const std::uint64_t stream = StreamSeed(StreamSeed(seed_, kDataStream), index);
  const std::uint64_t first = k * static_cast<std::uint64_t>(rows_per_request_[index]);
  indexes_.clear();
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
    const std::uint64_t position = first + i;
    std::uint64_t row = position % rows;
    if (set.order == DataOrder::kRandom) {
      row = Bounded(StreamSeed(stream, position), rows);
    } else if (set.order == DataOrder::kShuffle && rows > 1) {
      row = Permute(row, rows, StreamSeed(stream, position / rows));
    }
    indexes_.push_back(static_cast<std::size_t>(row));
  }
  return true;
}

}  // namespace loadline::scenario
