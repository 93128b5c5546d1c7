// SPDX-License-Identifier: MIT
// Loops over windows of any rank, tap by tap, so that the innermost loop runs along a whole row and
// the compiler can vectorise it. Thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "perception/window.hpp"

namespace geoneuron::engine::cpu {

// The "dense" side of a window is walked step by step, the "spread" side stride by stride: element
// j of the dense side meets element j * stride - pad_begin + tap * dilation of the spread side. For
// Conv the output is dense and the input spread; for ConvTranspose it is the other way round.
struct Span {
  int64_t tap = 0;     // along its axis of the kernel
  int64_t begin = 0;   // dense
  int64_t end = 0;     // dense
  int64_t offset = 0;  // spread element that dense element 0 meets (may lie outside)
};

struct Sides {
  std::vector<int64_t> dense;  // extents
  std::vector<int64_t> spread;
  std::vector<int64_t> strides;
  std::vector<int64_t> kernel;
  // By axis, those taps that meet anything at all, in ascending order. A kernel may be far larger
  // than what it slides over.
  std::vector<std::vector<Span>> spans;

  int64_t useful_taps() const;
};

Sides sides_of(const perception::Window& window, bool transposed);

// Calls row(dense offset, spread offset, length) for all rows of one tap, given by the span of each
// axis; along a row the spread side advances by the last stride.
template <typename Row>
void for_each_row(const Sides& sides, const std::vector<const Span*>& spans, size_t axis,
                  int64_t dense, int64_t spread, const Row& row) {
  const Span& span = *spans[axis];
  dense *= sides.dense[axis];
  spread *= sides.spread[axis];
  if (axis + 1 == spans.size()) {
    const int64_t at = span.offset + span.begin * sides.strides[axis];
    if (span.end > span.begin) row(dense + span.begin, spread + at, span.end - span.begin);
    return;
  }
  for (int64_t j = span.begin; j < span.end; ++j)
    for_each_row(sides, spans, axis + 1, dense + j, spread + span.offset + j * sides.strides[axis],
                 row);
}

// Calls body(tap, its span on each axis) for all useful taps in row-major order.
template <typename Body>
void for_each_tap(const Sides& sides, const Body& body) {
  std::vector<const Span*> spans(sides.spans.size());
  const int64_t count = sides.useful_taps();
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    for (size_t axis = spans.size(); axis-- > 0;) {
      const auto useful = static_cast<int64_t>(sides.spans[axis].size());
      spans[axis] = &sides.spans[axis][static_cast<size_t>(rest % useful)];
      rest /= useful;
    }
    int64_t tap = 0;
    for (size_t axis = 0; axis < spans.size(); ++axis)
      tap = tap * sides.kernel[axis] + spans[axis]->tap;
    body(tap, spans);
  }
}

}  // namespace geoneuron::engine::cpu
