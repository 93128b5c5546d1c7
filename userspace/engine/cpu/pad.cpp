// SPDX-License-Identifier: MIT
// Pad in its four modes.
#include "perception/pad.hpp"
#include "engine/cpu/mapped_copy.hpp"
#include "engine/cpu/operands.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::PadAxis;
using perception::PadMode;

// The input element behind position `at` (which may lie outside) of an axis of `extent` elements.
int64_t padded_element(PadMode mode, int64_t at, int64_t extent) {
  if (at >= 0 && at < extent) return at;
  switch (mode) {
    case PadMode::kConstant:
      return kOutside;
    case PadMode::kEdge:
      return at < 0 ? 0 : extent - 1;
    case PadMode::kWrap:
      return (at % extent + extent) % extent;
    case PadMode::kReflect:
      break;
  }
  if (extent == 1) return 0;
  const int64_t period = 2 * (extent - 1);
  const int64_t folded = (at % period + period) % period;
  return folded < extent ? folded : period - folded;
}

std::vector<int64_t> padded_elements(PadMode mode, const PadAxis& axis) {
  std::vector<int64_t> result(static_cast<size_t>(axis.output()));
  for (int64_t i = 0; i < axis.output(); ++i)
    result[static_cast<size_t>(i)] = padded_element(mode, i - axis.begin, axis.input);
  return result;
}

}  // namespace

Result<void> run_pad(const Operation& operation) {
  const Tensor& input = operation.input(0);
  Tensor& output = operation.output();
  const auto parameters =
      GN_TRY(perception::pad_parameters(operation.node, operands_of(operation)));
  if (output.element_count() == 0) return {};
  if (parameters.axes.empty()) return run_copy(operation);
  Tensor constant;
  if (operation.has_input(2)) {
    constant = operation.input(2);
    if (constant.type() != input.type() || constant.element_count() != 1)
      return invalid("constant_value is %s: must be one element of the data's type",
                     constant.info().to_string().c_str());
  }
  AxisMaps maps;
  for (const PadAxis& axis : parameters.axes)
    maps.push_back(padded_elements(parameters.mode, axis));
  dispatch_size(input.type(), [&]<typename T>() {
    copy_mapped<T>(elements<T>(input), input.shape(), maps,
                   constant.is_defined() ? elements<T>(constant)[0] : T{0},
                   mutable_elements<T>(output));
  });
  return {};
}

}  // namespace geoneuron::engine::cpu
