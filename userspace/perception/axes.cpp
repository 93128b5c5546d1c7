// SPDX-License-Identifier: MIT
#include "perception/axes.hpp"

#include <algorithm>

#include "perception/shape.hpp"

namespace geoneuron::perception {

Result<std::vector<size_t>> normalized_axes(const std::vector<int64_t>& axes, size_t rank) {
  std::vector<size_t> result;
  for (const int64_t axis : axes) {
    const size_t normal = GN_TRY(normalized_axis(axis, rank));
    if (std::find(result.begin(), result.end(), normal) != result.end())
      return invalid("axes: %lld names an axis for the second time; each may appear once",
                     static_cast<long long>(axis));
    result.push_back(normal);
  }
  return result;
}

}  // namespace geoneuron::perception
