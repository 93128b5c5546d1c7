// SPDX-License-Identifier: MIT
// Pad in its four modes.
#include "perception/pad.hpp"

#include "engine/cpu/mapped_copy.hpp"
#include "engine/cpu/operands.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::PadAxis;
using perception::PadMode;

std::vector<int64_t> padded_elements(PadMode mode, const PadAxis& axis) {
  std::vector<int64_t> result(static_cast<size_t>(axis.output()));
  for (int64_t i = 0; i < axis.output(); ++i)
    result[static_cast<size_t>(i)] = perception::pad_source(mode, axis, i);
  return result;
}

static_assert(kOutside == -1, "perception::pad_source() gives it for the constant");

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
