// JsonPath: a subset of RFC 9535 that finds values in a JSON text without building a tree.
//
// `$`, `.name`, `['name']`, `[0]`, `[*]` and `.*`. Constant after parsing; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "base/result.h"

namespace loadline::scenario {

class JsonPath {
 public:
  /// Steps in one path, at most: bounds the recursion of Find().
  static constexpr std::size_t kMaxSteps = 32;

  /// Reads the path at the front of `text` and cuts it off: it ends at white space, at an operator
  /// or at the end. Errors: kInvalidArgument.
  [[nodiscard]] static Result<JsonPath> Parse(std::string_view& text);

  /// Calls `visit(raw)` for each value that the path selects, in order, until it returns false or
  /// the text ends. `raw` is the value's JSON text. Of doubled keys the first counts. Returns
  /// false if the JSON is invalid as far as it was read: without `[*]` that is not beyond the
  /// value.
  template <typename Visit>
  bool Find(std::string_view json, Visit visit) const {
    JsonReader in(json);
    bool go_on = true;
    return Walk(in, 0, go_on, visit);
  }

 private:
  struct Step {
    enum class Kind { kKey, kIndex, kAll } kind = Kind::kKey;
    std::string key;
    std::size_t index = 0;
  };

  template <typename Visit>
  bool Walk(JsonReader& in, std::size_t at, bool& go_on, Visit& visit) const {
    std::string_view raw;
    if (at == steps_.size()) {
      if (!in.Skip(raw)) {
        return false;
      }
      go_on = visit(raw);
      return true;
    }
    const Step& step = steps_[at];
    const JsonType type = in.Peek();
    std::size_t index = 0;
    const auto enter = [&](bool selected) {
      return selected ? Walk(in, at + 1, go_on, visit) : in.Skip(raw);
    };
    if (type == JsonType::kObject && step.kind != Step::Kind::kIndex) {
      std::string_view key;
      bool found = false;
      in.BeginObject();
      while (go_on && in.NextMember(key)) {
        const bool all = step.kind == Step::Kind::kAll;
        const bool selected = all || (!found && JsonStringIs(key, step.key));
        found = found || selected;
        if (!enter(selected)) {
          return false;
        }
        go_on = go_on && (all || !selected || !OnlyOne());
      }
    } else if (type == JsonType::kArray && step.kind != Step::Kind::kKey) {
      in.BeginArray();
      while (go_on && in.NextElement()) {
        const bool all = step.kind == Step::Kind::kAll;
        const bool selected = all || index == step.index;
        ++index;
        if (!enter(selected)) {
          return false;
        }
        go_on = go_on && (all || !selected || !OnlyOne());
      }
    } else {
      return in.Skip(raw);  // Nothing here for this step.
    }
    return in.ok();
  }

  // At most one value is selected: looking can end with it.
  [[nodiscard]] bool OnlyOne() const { return !selects_many_; }

  std::vector<Step> steps_;
  bool selects_many_ = false;
};

}  // namespace loadline::scenario
