// SPDX-License-Identifier: MIT
#include "engine/cpu/strided_loop.hpp"

namespace geoneuron::engine::cpu {
namespace {

bool crosses_in_one_stride(const StridedAxis& outer, const StridedAxis& inner) {
  for (size_t k = 0; k < 2; ++k)
    if (outer.strides[k] != inner.strides[k] * inner.extent) return false;
  return true;
}

// Strides of an operand along the axes of the result it broadcasts to.
std::vector<int64_t> broadcast_strides(const perception::Shape& operand, size_t rank) {
  std::vector<int64_t> result(rank, 0);
  const std::vector<int64_t> strides = operand.strides();
  const size_t skipped = rank - operand.rank();
  for (size_t axis = 0; axis < operand.rank(); ++axis)
    if (operand[axis] != 1) result[skipped + axis] = strides[axis];
  return result;
}

}  // namespace

StridedLoop::StridedLoop(const std::vector<StridedAxis>& axes) {
  for (const StridedAxis& axis : axes) {
    if (axis.extent == 1) continue;
    if (!axes_.empty() && crosses_in_one_stride(axes_.back(), axis)) {
      axes_.back().extent *= axis.extent;
      axes_.back().strides = axis.strides;
    } else {
      axes_.push_back(axis);
    }
  }
  if (axes_.empty()) axes_.push_back({});
  for (size_t axis = 0; axis + 1 < axes_.size(); ++axis) row_count_ *= axes_[axis].extent;
}

StridedLoop broadcast_loop(const perception::Shape& result, const perception::Shape& a,
                           const perception::Shape& b) {
  const std::vector<int64_t> strides_a = broadcast_strides(a, result.rank());
  const std::vector<int64_t> strides_b = broadcast_strides(b, result.rank());
  std::vector<StridedAxis> axes;
  for (size_t axis = 0; axis < result.rank(); ++axis)
    axes.push_back({result[axis], {strides_a[axis], strides_b[axis]}});
  return StridedLoop(axes);
}

}  // namespace geoneuron::engine::cpu
