#include "scenario/fault.h"

namespace loadline::scenario {

std::string Format(const Fault& fault) {
  std::string text = fault.where;
  if (!fault.path.empty()) {
    text += text.empty() ? "" : ": ";
    text += fault.path;
  }
  text += text.empty() ? "" : ": ";
  if (!fault.found.empty()) {
    text += "found " + fault.found;
    text += fault.expected.empty() ? "" : "; ";
  }
  if (!fault.expected.empty()) {
    text += "expected " + fault.expected;
  }
  return text;
}

std::string Format(std::span<const Fault> faults) {
  std::string text;
  for (const Fault& fault : faults) {
    text += Format(fault);
    text += '\n';
  }
  return text;
}

}  // namespace loadline::scenario
