// SPDX-License-Identifier: MIT
#include "views/reduction.hpp"

#include <cmath>

namespace geoneuron::views {

std::vector<float> mean_over_maps(const LayerMaps& layer) {
  std::vector<double> sums(layer.map_size());
  for (uint64_t map = 0; map < layer.count; ++map) {
    const float* values = layer.elements().data() + layer.map_range(map).first;
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += double{values[i]};
  }
  std::vector<float> result(sums.size());
  for (size_t i = 0; i < sums.size(); ++i)
    result[i] = static_cast<float>(sums[i] / static_cast<double>(layer.count));
  return result;
}

std::vector<float> maximum_over_maps(const LayerMaps& layer) {
  const float* first = layer.elements().data() + layer.first_element;
  std::vector<float> result(first, first + layer.map_size());
  for (uint64_t map = 1; map < layer.count; ++map) {
    const float* values = layer.elements().data() + layer.map_range(map).first;
    for (size_t i = 0; i < result.size(); ++i)
      result[i] = values[i] > result[i] || std::isnan(values[i]) ? values[i] : result[i];
  }
  return result;
}

}  // namespace geoneuron::views
