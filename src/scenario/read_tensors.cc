// `types:` and `tensor:` of a task: rows as typed tensors of the Open Inference Protocol.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/plain_text.h"
#include "scenario/model_payload.h"
#include "scenario/read.h"
#include "scenario/tensors.h"

namespace loadline::scenario {
namespace {

constexpr std::size_t kShort = 60;  // Bytes of a cell that a message quotes.
/// In place of a datatype: the server knows.
constexpr std::string_view kModel = "model";

class TensorReader {
 public:
  TensorReader(const MapReader& map, Task& task)
      : reading_(map.reading()),
        map_(map),
        task_(task),
        set_(reading_.scenario.data[static_cast<std::size_t>(task.shape_data)]),
        chosen_(set_.columns.size()) {}

  void Read() {
    if (const Node* node = map_.Find("tensor"); node != nullptr) {
      map_.Text("tensor", task_.tensor);
      if (task_.tensor.empty()) {
        reading_.Complain(node->place, map_.PathOf("tensor"), Quote(node->text),
                          "the name of the model's input");
        return;
      }
    }
    if (const Node* types = map_.Find("types"); types != nullptr && !ReadTypes(*types)) {
      return;
    }
    for (std::size_t column = 0; column < chosen_.size(); ++column) {
      task_.datatypes.emplace_back(chosen_[column].datatype.empty() ? InferDatatype(set_, column)
                                                                    : chosen_[column].datatype);
    }
    if (!task_.tensor.empty() && !UseOneDatatype()) {
      return;
    }
    CheckShapes();
    FitCells();
  }

 private:
  /// What the user says of a column, and where.
  struct Chosen {
    std::string_view datatype;  ///< Empty: nothing.
    Place place;
    std::string path;
  };

  bool ReadTypes(const Node& types) {
    const std::string path = map_.PathOf("types");
    if (types.kind == Node::Kind::kMap) {
      bool right = true;
      for (std::size_t i = 0; i < types.items.size(); ++i) {
        const std::string inner = fmt::format("{}.{}", path, types.keys[i]);
        std::string text;
        right = ReadText(reading_, types.items[i], inner, "a datatype such as FP32", text) &&
                Choose(types.keys[i], text, types.items[i].place, inner) && right;
      }
      return right;
    }
    std::string text;
    if (!ReadText(reading_, types, path, "a datatype such as FP32, or {COLUMN: DATATYPE, …}",
                  text)) {
      return false;
    }
    return Trimmed(text) == kModel ? ChooseAsModel(types, path)
                                   : ReadTypesText(text, types.place, path);
  }

  // `FP32`, `age=FP32,name=BYTES`, `FP32,name=BYTES`: one alone is for all others.
  bool ReadTypesText(std::string_view text, const Place& place, const std::string& path) {
    bool right = true;
    while (true) {
      const std::size_t end = std::min(text.find(','), text.size());
      const std::string_view one = text.substr(0, end);
      const std::size_t equals = one.rfind('=');
      const std::string column(equals == std::string_view::npos ? ""
                                                                : Trimmed(one.substr(0, equals)));
      const std::string_view type =
          Trimmed(equals == std::string_view::npos ? one : one.substr(equals + 1));
      right = Choose(column, type, place, path) && right;
      if (end == text.size()) {
        return right;
      }
      text.remove_prefix(end + 1);
    }
  }

  // An empty `column`: all that are not named.
  bool Choose(const std::string& column, std::string_view type, const Place& place,
              const std::string& path) {
    const std::string_view datatype = DatatypeNamed(type);
    if (datatype.empty()) {
      reading_.Complain(place, path, Quote(type), WantedDatatype(type));
      return false;
    }
    if (column.empty()) {
      for (Chosen& chosen : chosen_) {
        chosen = chosen.datatype.empty() ? Chosen{datatype, place, path} : chosen;
      }
      return true;
    }
    const auto found = std::find(set_.columns.begin(), set_.columns.end(), column);
    if (found == set_.columns.end()) {
      const std::vector<std::string_view> known(set_.columns.begin(), set_.columns.end());
      const std::string_view near = Nearest(column, known);
      reading_.Complain(place, path, fmt::format("the unknown column {}", Quote(column)),
                        near.empty() ? OneOf(Shown(known)) : fmt::format("{}?", near));
      return false;
    }
    chosen_[static_cast<std::size_t>(found - set_.columns.begin())] = {datatype, place, path};
    return true;
  }

  // Of hundreds of columns a few show what they are like.
  static std::vector<std::string_view> Shown(std::vector<std::string_view> columns) {
    constexpr std::size_t kMost = 12;
    columns.resize(std::min(columns.size(), kMost));
    return columns;
  }

  static std::string WantedDatatype(std::string_view type) {
    const std::string_view near = Nearest(type, Datatypes());
    return near.empty() ? OneOf({Datatypes().begin(), Datatypes().end()})
                        : fmt::format("{}?", near);
  }

  bool ChooseAsModel(const Node& types, const std::string& path) {
    const std::optional<ModelAnswer> answer =
        AskModel(reading_, types.place, path, task_, "types: with the datatype of each column");
    if (!answer) {
      return false;
    }
    std::string inputs;
    for (const ModelInput& input : answer->inputs) {
      inputs += fmt::format("{}{} {}", inputs.empty() ? "" : ", ", input.name, InputText(input));
    }
    std::vector<std::string> wanted = set_.columns;
    if (!task_.tensor.empty()) {
      wanted.assign(1, task_.tensor);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto input =
          std::find_if(answer->inputs.begin(), answer->inputs.end(),
                       [&](const ModelInput& candidate) { return candidate.name == wanted[i]; });
      if (input == answer->inputs.end()) {
        const bool one = answer->inputs.size() == 1 && task_.tensor.empty();
        reading_.Complain(
            types.place, path,
            fmt::format("{} {}, which the model does not take",
                        task_.tensor.empty() ? "the column" : "tensor:", Quote(wanted[i])),
            inputs +
                (one ? fmt::format("; tensor: {} puts all columns into it", answer->inputs[0].name)
                     : ""));
        return false;
      }
      if (!Choose(task_.tensor.empty() ? wanted[i] : "", input->datatype, types.place, path)) {
        return false;
      }
    }
    for (const ModelInput& input : answer->inputs) {
      if (std::find(wanted.begin(), wanted.end(), input.name) == wanted.end()) {
        reading_.notes.push_back(fmt::format("the model also takes {} {}, which no column fills",
                                             input.name, InputText(input)));
      }
    }
    reading_.payload += fmt::format("{}rows of {} as {}, as the model asks for",
                                    reading_.payload.empty() ? "" : "; ", set_.name, inputs);
    return true;
  }

  // `tensor:` holds one datatype; what nobody chose becomes what holds all.
  bool UseOneDatatype() {
    std::string_view one;
    const Node* types = map_.Find("types");
    for (const std::string& datatype : task_.datatypes) {
      if (types != nullptr && !one.empty() && datatype != one) {
        reading_.Complain(
            types->place, map_.PathOf("types"), fmt::format("{} and {}", one, datatype),
            fmt::format("one datatype, because tensor: {} holds all columns", task_.tensor));
        return false;
      }
      one = CommonDatatype(one, datatype);
    }
    task_.datatypes.assign(1, std::string(one));
    return true;
  }

  void CheckShapes() {
    std::optional<std::vector<std::int64_t>> first;
    for (std::size_t row = 0; row < set_.rows.size(); ++row) {
      for (std::size_t column = 0; column < set_.columns.size(); ++column) {
        const std::optional<std::vector<std::int64_t>> shape = CellShape(set_.rows[row][column]);
        const std::string where =
            fmt::format("column {} of row {} of {}", set_.columns[column], row + 1, set_.name);
        if (!shape) {
          ComplainOfRows("lists of different lengths within " + where, "a tensor");
          return;
        }
        // Side by side in one tensor, or above each other in a batch.
        const bool side = !task_.tensor.empty() && column > 0;
        const std::string& above = set_.rows[row == 0 ? 0 : row - 1][column];
        const std::string& beside = set_.rows[row][column == 0 ? 0 : column - 1];
        if ((task_.shape_rows > 1 && shape != CellShape(above)) ||
            (side && shape != CellShape(beside))) {
          ComplainOfRows("another shape in " + where,
                         "cells of one shape where they are sent in one tensor");
          return;
        }
      }
    }
  }

  void ComplainOfRows(std::string found, std::string expected) {
    reading_.Complain(map_.Find("rows")->place, map_.PathOf("rows"), std::move(found),
                      std::move(expected));
  }

  // Cells are copied only if one of them must be written in another way.
  void FitCells() {
    for (std::size_t column = 0; column < chosen_.size(); ++column) {
      const std::string& datatype = task_.datatypes[task_.tensor.empty() ? column : 0];
      if (chosen_[column].datatype.empty() && datatype != "BYTES") {
        continue;  // Found in the cells: they have it.
      }
      for (std::size_t row = 0; row < set_.rows.size(); ++row) {
        const std::string& cell = set_.rows[row][column];
        Result<std::string> fitting = CellAs(cell, datatype);
        if (!fitting) {
          reading_.Complain(chosen_[column].place, chosen_[column].path,
                            fmt::format("{} in column {} of row {} of {}",
                                        cell.size() <= kShort ? cell : "a long cell",
                                        set_.columns[column], row + 1, set_.name),
                            fmt::format("{}: {}", datatype, fitting.error().message));
          break;
        }
        if (*fitting != cell) {
          if (task_.cells.empty()) {
            task_.cells = set_.rows;
          }
          task_.cells[row][column] = *std::move(fitting);
        }
      }
    }
  }

  Reading& reading_;
  const MapReader& map_;
  Task& task_;
  const DataSet& set_;
  std::vector<Chosen> chosen_;  // By column.
};

}  // namespace

void ReadTensors(const MapReader& map, Task& task) {
  const bool v2 = task.shape == BodyShape::kKserveV2;
  if (v2 && task.shape_data >= 0) {
    TensorReader(map, task).Read();
    return;
  }
  if (v2 && map.Has("rows")) {
    return;  // What is wrong with them has been said.
  }
  for (const char* key : {"types", "tensor"}) {
    if (const Node* node = map.Find(key)) {
      map.reading().Complain(node->place, map.path(),
                             fmt::format("{} without {}", key, v2 ? "rows" : "as: kserve-v2"),
                             v2 ? std::string(kOrRows) : "as: kserve-v2 with rows");
    }
  }
}

}  // namespace loadline::scenario
