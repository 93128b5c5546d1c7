// SPDX-License-Identifier: MIT
// Copies whose result index is an input index looked up on each axis by itself: Pad, Resize.
#pragma once

#include <vector>

#include "engine/cpu/parallel.hpp"
#include "engine/cpu/types.hpp"

namespace geoneuron::engine::cpu {

inline constexpr int64_t kOutside = -1;

// For each axis and result position the input position, or kOutside where a constant belongs.
using AxisMaps = std::vector<std::vector<int64_t>>;

// Fills `target` (extents: lengths of the maps, at least one axis, none empty) from `source` with
// row-major shape `input`. T has the size of an element.
template <typename T>
void copy_mapped(const T* source, const Shape& input, const AxisMaps& maps, T constant, T* target);

// Offset of the input row behind row `row` of the result, or kOutside.
inline int64_t mapped_row(int64_t row, const AxisMaps& maps, const std::vector<int64_t>& strides) {
  int64_t offset = 0;
  for (size_t axis = maps.size() - 1; axis-- > 0;) {
    const auto extent = static_cast<int64_t>(maps[axis].size());
    const int64_t element = maps[axis][static_cast<size_t>(row % extent)];
    if (element == kOutside) return kOutside;
    offset += element * strides[axis];
    row /= extent;
  }
  return offset;
}

template <typename T>
void copy_mapped(const T* source, const Shape& input, const AxisMaps& maps, T constant, T* target) {
  const auto strides = input.strides();
  const std::vector<int64_t>& columns = maps.back();
  const auto width = static_cast<int64_t>(columns.size());
  int64_t rows = 1;
  for (size_t axis = 0; axis + 1 < maps.size(); ++axis)
    rows *= static_cast<int64_t>(maps[axis].size());
  parallel_for(rows, width, [&, source, target](int64_t begin, int64_t end) {
    int64_t before = kOutside;
    for (int64_t row = begin; row < end; ++row) {
      const int64_t from = mapped_row(row, maps, strides);
      T* to = target + row * width;
      if (from == kOutside) {
        std::fill_n(to, width, constant);
      } else if (from == before) {  // an enlarged picture repeats its rows
        std::copy_n(to - width, width, to);
      } else {
        for (int64_t i = 0; i < width; ++i) {
          const int64_t column = columns[static_cast<size_t>(i)];
          to[i] = column == kOutside ? constant : source[from + column];
        }
      }
      before = from;
    }
  });
}

}  // namespace geoneuron::engine::cpu
