// ShapeCodec: how the bodies of shaped tasks (`as: mlflow`) are made and replies judged.
//
// Whoever links this module gives the functions of module inference; scenario knows no wire shape.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "scenario/model.h"

namespace loadline::scenario {

/// The functions of the wire shapes. Pure, without allocation in the steady state.
struct ShapeCodec {
  /// Appends the body of `task`, in its shape, made of the rows at `indexes` of `data` to `out`.
  void (*append_request)(const Task& task, const DataSet& data,
                         std::span<const std::size_t> indexes, std::string& out) = nullptr;
  /// What is wrong with the body of a reply to the one shape that the codec was made for, as one of
  /// a few constant texts; empty: nothing.
  std::string_view (*fault_in_reply)(std::string_view body) = nullptr;
};

}  // namespace loadline::scenario
