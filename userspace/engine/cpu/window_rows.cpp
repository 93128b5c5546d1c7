// SPDX-License-Identifier: MIT
#include "engine/cpu/window_rows.hpp"

#include <algorithm>

namespace geoneuron::engine::cpu {

using perception::Window;
using perception::WindowAxis;

namespace {

Span span_of(const WindowAxis& axis, int64_t tap, int64_t dense, int64_t spread) {
  Span span;
  span.tap = tap;
  span.offset = tap * axis.dilation - axis.pad_begin;
  if (span.offset < 0) span.begin = (-span.offset + axis.stride - 1) / axis.stride;
  const int64_t room = spread - 1 - span.offset;
  span.end = room < 0 ? 0 : std::min(dense, room / axis.stride + 1);
  span.end = std::max(span.begin, span.end);
  return span;
}

int64_t round_up_division(int64_t value, int64_t divisor) {
  return value <= 0 ? 0 : (value + divisor - 1) / divisor;
}

// Takes as many steps as there are dense elements and useful taps, however large the kernel is.
std::vector<Span> useful_spans(const WindowAxis& axis, int64_t dense, int64_t spread) {
  std::vector<Span> spans;
  int64_t next = 0;                           // all taps before it are decided
  for (int64_t j = dense - 1; j >= 0; --j) {  // later elements meet earlier taps
    const int64_t start = j * axis.stride - axis.pad_begin;
    const int64_t first = std::max(next, round_up_division(-start, axis.dilation));
    const int64_t last = std::min(axis.kernel, round_up_division(spread - start, axis.dilation));
    for (int64_t tap = first; tap < last; ++tap) spans.push_back(span_of(axis, tap, dense, spread));
    next = std::max(next, last);
  }
  return spans;
}

}  // namespace

int64_t Sides::useful_taps() const {
  int64_t count = 1;
  for (const auto& of_axis : spans) count *= static_cast<int64_t>(of_axis.size());
  return count;
}

Sides sides_of(const Window& window, bool transposed) {
  Sides sides;
  for (const WindowAxis& axis : window.axes) {
    sides.dense.push_back(transposed ? axis.input : axis.output);
    sides.spread.push_back(transposed ? axis.output : axis.input);
    sides.strides.push_back(axis.stride);
    sides.kernel.push_back(axis.kernel);
    sides.spans.push_back(useful_spans(axis, sides.dense.back(), sides.spread.back()));
  }
  return sides;
}

}  // namespace geoneuron::engine::cpu
