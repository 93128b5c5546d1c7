// SPDX-License-Identifier: MIT
// Pad: each axis falls into segments that copy from the input forwards, backwards or one element
// repeatedly; every combination of segments is one movement.
#include "perception/pad.hpp"

#include <algorithm>

#include "engine/vulkan/operators/movement.hpp"
#include "engine/vulkan/operators/pad_segments.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::PadAxis;
using perception::PadMode;

Result<void> fill_with_constant(Recorder& recorder, const Operation& operation) {
  const DeviceTensor& output = operation.outputs[0];
  if (!operation.has_input(2)) {
    recorder.fill(output.place, 0);
    recorder.barrier();
    return {};
  }
  Movement movement{.from = GN_TRY(recorder.place(operation.inputs[2])), .to = output.place};
  movement.extents = {output.info.element_count()};
  movement.from_strides = {0};
  movement.to_strides = {1};
  movement.element_bytes = perception::size_of(output.info.type);
  GN_TRY(record_movement(recorder, movement));
  recorder.barrier();
  return {};
}

// Records one movement per combination of segments, from axis `axis` on.
Result<void> record_boxes(Recorder& recorder, const std::vector<std::vector<PadSegment>>& segments,
                          const Operation& operation, Movement& movement, size_t axis) {
  if (axis == segments.size()) return record_movement(recorder, movement);
  const int64_t from_stride = operation.input_shape(0).strides()[axis];
  const int64_t to_stride = operation.output_shape().strides()[axis];
  movement.to_strides[axis] = to_stride;
  for (const PadSegment& segment : segments[axis]) {
    const Movement before = movement;
    movement.extents[axis] = segment.count;
    movement.from_strides[axis] = segment.step * from_stride;
    movement.from_offset += segment.from * from_stride;
    movement.to_offset += segment.to * to_stride;
    GN_TRY(record_boxes(recorder, segments, operation, movement, axis + 1));
    movement = before;
  }
  return {};
}

}  // namespace

std::vector<PadSegment> segments_of(PadMode mode, const PadAxis& axis) {
  std::vector<PadSegment> segments;
  for (int64_t at = 0; at < axis.output(); ++at) {
    const int64_t from = perception::pad_source(mode, axis, at);
    if (from < 0) continue;
    PadSegment* last = segments.empty() ? nullptr : &segments.back();
    const bool adjacent = last != nullptr && last->to + last->count == at;
    const int64_t step = adjacent ? from - (last->from + (last->count - 1) * last->step) : 0;
    if (adjacent && (last->count == 1 ? std::abs(step) <= 1 : step == last->step)) {
      last->step = step;
      ++last->count;
    } else {
      segments.push_back({at, from, 0, 1});
    }
  }
  return segments;
}

uint64_t pad_box_count(const perception::PadParameters& parameters) {
  uint64_t product = 1;
  for (const PadAxis& axis : parameters.axes)
    product = std::min<uint64_t>(product * segments_of(parameters.mode, axis).size(), 1u << 20);
  return product;
}

Result<const char*> record_pad(Recorder& recorder, const Operation& operation) {
  const perception::PadParameters parameters =
      GN_TRY(perception::pad_parameters(operation.node, operation.operands()));
  if (parameters.mode == PadMode::kConstant) GN_TRY(fill_with_constant(recorder, operation));
  if (operation.inputs[0].count() == 0) return "move";
  std::vector<std::vector<PadSegment>> segments;
  for (const PadAxis& axis : parameters.axes)
    segments.push_back(segments_of(parameters.mode, axis));
  if (pad_box_count(parameters) > kMaximumPadBoxes)
    return make_error(ENOTSUP, "padding of more than %llu pieces",
                      static_cast<unsigned long long>(kMaximumPadBoxes));
  Movement movement{.from = GN_TRY(recorder.place(operation.inputs[0])),
                    .to = operation.outputs[0].place};
  movement.element_bytes = perception::size_of(operation.inputs[0].info.type);
  const size_t rank = segments.size();
  movement.extents.resize(rank);
  movement.from_strides.resize(rank);
  movement.to_strides.resize(rank);
  GN_TRY(record_boxes(recorder, segments, operation, movement, 0));
  return "move";
}

}  // namespace geoneuron::engine::vulkan
