// SPDX-License-Identifier: MIT
// StridedLoop: a walk over the elements of a result in order, with one or two operands that are
// read with strides of their own (0 where an operand is broadcast). A plain value.
#pragma once

#include <array>
#include <vector>

#include "engine/cpu/parallel.hpp"
#include "perception/shape.hpp"

namespace geoneuron::engine::cpu {

struct StridedAxis {
  int64_t extent = 1;
  std::array<int64_t, 2> strides = {0, 0};  // in elements; may be negative
};

class StridedLoop {
 public:
  // Outermost axis first. Axes of extent 1 are dropped and axes that all operands cross in one
  // stride are joined, so that the innermost one is as long as it can be.
  explicit StridedLoop(const std::vector<StridedAxis>& axes);

  // Of the innermost axis; 1 element where everything is a scalar.
  const StridedAxis& row() const { return axes_.back(); }
  int64_t row_count() const { return row_count_; }

  // Calls body(result, a, b) for every row, where result, a and b are the offsets of the row's
  // first elements. Rows are shared among threads.
  template <typename Body>
  void for_each_row(const Body& body) const;

 private:
  std::vector<StridedAxis> axes_;
  int64_t row_count_ = 1;
};

// The walk over `result`, to which the operands' shapes broadcast.
StridedLoop broadcast_loop(const perception::Shape& result, const perception::Shape& a,
                           const perception::Shape& b);

template <typename Body>
void StridedLoop::for_each_row(const Body& body) const {
  const size_t outer = axes_.size() - 1;
  const int64_t length = row().extent;
  if (length == 0) return;
  parallel_for(row_count_, length, [&, outer, length](int64_t begin, int64_t end) {
    std::vector<int64_t> index(outer);
    std::array<int64_t, 2> offset = {0, 0};
    int64_t rest = begin;
    for (size_t axis = outer; axis-- > 0;) {
      index[axis] = rest % axes_[axis].extent;
      rest /= axes_[axis].extent;
      for (size_t k = 0; k < 2; ++k) offset[k] += index[axis] * axes_[axis].strides[k];
    }
    for (int64_t row_index = begin; row_index < end; ++row_index) {
      body(row_index * length, offset[0], offset[1]);
      for (size_t axis = outer; axis-- > 0;) {
        const StridedAxis& a = axes_[axis];
        for (size_t k = 0; k < 2; ++k) offset[k] += a.strides[k];
        if (++index[axis] < a.extent) break;
        index[axis] = 0;
        for (size_t k = 0; k < 2; ++k) offset[k] -= a.strides[k] * a.extent;
      }
    }
  });
}

}  // namespace geoneuron::engine::cpu
