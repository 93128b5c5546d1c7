// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/movement.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "engine/vulkan/operators/strided_loop.hpp"
#include "perception/slice.hpp"
#include "shaders/operators/move.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Shape;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, in_base = 0, out_base = 0;
  LoopArray extents{}, in_strides{}, out_strides{};
};

constexpr Shader kShader{"operators/move", shaders::operators_move, kBindings, sizeof(Parameters)};

// An 8-byte element is two words along one more axis.
void split_into_words(Movement& movement) {
  const auto words = static_cast<int64_t>(movement.element_bytes / 4);
  if (words == 1) return;
  for (int64_t& stride : movement.from_strides) stride *= words;
  for (int64_t& stride : movement.to_strides) stride *= words;
  movement.extents.push_back(words);
  movement.from_strides.push_back(1);
  movement.to_strides.push_back(1);
  movement.from_offset *= words;
  movement.to_offset *= words;
}

Result<Movement> movement_of(Recorder& recorder, const DeviceTensor& from, const DeviceTensor& to) {
  Movement movement{.from = GN_TRY(recorder.place(from)), .to = to.place};
  movement.element_bytes = perception::size_of(from.info.type);
  return movement;
}

Result<size_t> axis_of(const Operation& operation) {
  return perception::normalized_axis(operation.node.attributes.integer("axis", 0),
                                     operation.input_shape(0).rank());
}

}  // namespace

Result<void> record_movement(Recorder& recorder, const Movement& request) {
  Movement movement = request;
  split_into_words(movement);
  const StridedLoop loop(movement.extents, {movement.from_strides, movement.to_strides});
  GN_TRY(loop.check());
  if (loop.count() == 0) return {};
  const Parameters parameters{.count = static_cast<uint32_t>(loop.count()),
                              .in_base = static_cast<uint32_t>(movement.from_offset),
                              .out_base = static_cast<uint32_t>(movement.to_offset),
                              .extents = loop.extents(),
                              .in_strides = loop.strides(0),
                              .out_strides = loop.strides(1)};
  const uint32_t constants[] = {loop.rank()};
  const Binding bindings[] = {movement.to, with_format(movement.from, VK_FORMAT_R32_UINT)};
  return recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), loop.count());
}

Result<const char*> record_copy(Recorder& recorder, const Operation& operation) {
  Movement movement = GN_TRY(movement_of(recorder, operation.inputs[0], operation.outputs[0]));
  movement.extents = {operation.inputs[0].info.element_count()};
  movement.from_strides = movement.to_strides = {1};
  GN_TRY(record_movement(recorder, movement));
  return "move";
}

Result<const char*> record_transpose(Recorder& recorder, const Operation& operation) {
  const Shape& shape = operation.input_shape(0);
  std::vector<int64_t> order(shape.rank());
  std::iota(order.rbegin(), order.rend(), 0);
  order = operation.node.attributes.integers("perm", order);
  Movement movement = GN_TRY(movement_of(recorder, operation.inputs[0], operation.outputs[0]));
  const std::vector<int64_t> strides = shape.strides();
  for (const int64_t axis : order) movement.from_strides.push_back(strides[size_t(axis)]);
  movement.extents = operation.output_shape().extents();
  movement.to_strides = operation.output_shape().strides();
  GN_TRY(record_movement(recorder, movement));
  return "move";
}

Result<const char*> record_concat(Recorder& recorder, const Operation& operation) {
  const size_t axis = GN_TRY(axis_of(operation));
  const std::vector<int64_t> strides = operation.output_shape().strides();
  int64_t begin = 0;
  for (const DeviceTensor& input : operation.inputs) {
    Movement movement = GN_TRY(movement_of(recorder, input, operation.outputs[0]));
    movement.extents = input.info.shape.extents();
    movement.from_strides = input.info.shape.strides();
    movement.to_strides = strides;
    movement.to_offset = begin * strides[axis];
    begin += input.info.shape[axis];
    GN_TRY(record_movement(recorder, movement));
  }
  return "move";
}

Result<const char*> record_split(Recorder& recorder, const Operation& operation) {
  const size_t axis = GN_TRY(axis_of(operation));
  const std::vector<int64_t> strides = operation.input_shape(0).strides();
  int64_t begin = 0;
  for (const DeviceTensor& output : operation.outputs) {
    assert(output.is_present());  // networks are read with every part of a Split named
    Movement movement = GN_TRY(movement_of(recorder, operation.inputs[0], output));
    movement.extents = output.info.shape.extents();
    movement.from_strides = strides;
    movement.to_strides = output.info.shape.strides();
    movement.from_offset = begin * strides[axis];
    begin += output.info.shape[axis];
    GN_TRY(record_movement(recorder, movement));
  }
  return "move";
}

Result<const char*> record_slice(Recorder& recorder, const Operation& operation) {
  const std::vector<perception::SliceAxis> axes =
      GN_TRY(perception::slice_axes(operation.operands()));
  const std::vector<int64_t> strides = operation.input_shape(0).strides();
  Movement movement = GN_TRY(movement_of(recorder, operation.inputs[0], operation.outputs[0]));
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    movement.from_offset += axes[axis].start * strides[axis];
    movement.from_strides.push_back(axes[axis].step * strides[axis]);
  }
  movement.extents = operation.output_shape().extents();
  movement.to_strides = operation.output_shape().strides();
  GN_TRY(record_movement(recorder, movement));
  return "move";
}

}  // namespace geoneuron::engine::vulkan
