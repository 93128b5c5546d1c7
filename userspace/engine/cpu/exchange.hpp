// SPDX-License-Identifier: MIT
// Exchanging two axes of a matrix in squares that stay in the cache.
#pragma once

#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {

// rows x columns -> columns x rows, `batch` times. T has the size of an element.
template <typename T>
void exchange(const T* source, T* target, int64_t batch, int64_t rows, int64_t columns) {
  constexpr int64_t kTile = 16;
  const int64_t bands = (columns + kTile - 1) / kTile;
  parallel_for(batch * bands, rows * kTile, [=](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const T* from = source + item / bands * rows * columns;
      T* to = target + item / bands * rows * columns;
      const int64_t first = item % bands * kTile;
      const int64_t last = std::min(columns, first + kTile);
      for (int64_t row = 0; row < rows; row += kTile)
        for (int64_t column = first; column < last; ++column)
          for (int64_t r = row; r < std::min(rows, row + kTile); ++r)
            to[column * rows + r] = from[r * columns + column];
    }
  });
}

}  // namespace geoneuron::engine::cpu
