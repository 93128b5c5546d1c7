// SPDX-License-Identifier: MIT
#include "engine/cpu/window_rows.hpp"

#include <algorithm>

namespace geoneuron::engine::cpu {

using perception::Window;
using perception::WindowAxis;

namespace {

Span span_of(const WindowAxis& axis, int64_t tap, int64_t dense, int64_t spread) {
  Span span;
  span.offset = tap * axis.dilation - axis.pad_begin;
  if (span.offset < 0) span.begin = (-span.offset + axis.stride - 1) / axis.stride;
  const int64_t room = spread - 1 - span.offset;
  span.end = room < 0 ? 0 : std::min(dense, room / axis.stride + 1);
  span.end = std::max(span.begin, span.end);
  return span;
}

}  // namespace

Sides sides_of(const Window& window, bool transposed) {
  Sides sides;
  for (const WindowAxis& axis : window.axes) {
    sides.dense.push_back(transposed ? axis.input : axis.output);
    sides.spread.push_back(transposed ? axis.output : axis.input);
    sides.strides.push_back(axis.stride);
    std::vector<Span> spans;
    for (int64_t tap = 0; tap < axis.kernel; ++tap)
      spans.push_back(span_of(axis, tap, sides.dense.back(), sides.spread.back()));
    sides.spans.push_back(std::move(spans));
  }
  return sides;
}

}  // namespace geoneuron::engine::cpu
