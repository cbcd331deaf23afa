// Tensors: cells of a data set as the Open Inference Protocol (KServe V2) types them.
//
// Pure functions of JSON texts, safe from any thread. Source: Open Inference Protocol, REST
// specification, "Tensor Data" and "Tensor Data Types",
// https://github.com/kserve/open-inference-protocol
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/model.h"

namespace loadline::scenario {

/// The datatypes that the protocol has a JSON form for: `BOOL`, `INT64`, `FP32`, `BYTES`, …
[[nodiscard]] std::span<const std::string_view> Datatypes();

/// The datatype as the protocol writes it; any case is understood. Empty: there is none.
[[nodiscard]] std::string_view DatatypeNamed(std::string_view text);

/// What holds the cells of a column over all rows: `INT64`, `FP64`, `BOOL` or `BYTES` (text, and
/// anything mixed); of lists what is in them. null fits any; nothing but null is `BYTES`.
[[nodiscard]] std::string_view InferDatatype(const DataSet& set, std::size_t column);

/// What holds values of both; empty stands for null.
[[nodiscard]] std::string_view CommonDatatype(std::string_view a, std::string_view b);

/// `cell`, a JSON text, as `datatype` has it; a list element by element, null as it is.
///
/// Text that reads as a number or as true or false is one where the datatype wants that, 5.0 is a
/// whole number, 0 and 1 are BOOL; `BYTES` quotes numbers, true and false, and takes an object as
/// its JSON text. Errors: kInvalidArgument; the message says what would be right: `a whole number
/// from -128 to 127`.
[[nodiscard]] Result<std::string> CellAs(std::string_view cell, std::string_view datatype);

/// Sizes of a (nested) list, the outermost first; empty for a scalar. Nothing: lists of different
/// lengths side by side, which are no tensor.
[[nodiscard]] std::optional<std::vector<std::int64_t>> CellShape(std::string_view cell);

}  // namespace loadline::scenario
