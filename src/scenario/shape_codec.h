// ShapeCodec: how the bodies of shaped tasks (`as: mlflow`) are made and replies judged.
//
// Whoever links this module gives the functions of module inference; scenario knows no wire shape.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loadline::scenario {

/// The functions of one wire shape. Pure, without allocation in the steady state.
struct ShapeCodec {
  /// Appends the body made of the rows at `indexes` of `rows` (cells as JSON text) to `out`.
  void (*append_request)(const std::vector<std::string>& columns,
                         const std::vector<std::vector<std::string>>& rows,
                         std::span<const std::size_t> indexes, std::string& out) = nullptr;
  /// What is wrong with a reply's body, as one of a few constant texts; empty: nothing.
  std::string_view (*fault_in_reply)(std::string_view body) = nullptr;
};

}  // namespace loadline::scenario
