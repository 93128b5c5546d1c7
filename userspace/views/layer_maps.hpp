// SPDX-License-Identifier: MIT
// LayerMaps: a tensor seen as a list of two-dimensional maps. A plain value; shares the elements.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"
#include "perception/tensor.hpp"
#include "views/pixel_device.hpp"
#include "views/view.hpp"

namespace geoneuron::views {

// How a shape is read: rank 0 and 1 are one row; rank 2 is samples x features, one row; from rank
// 3 on the first axis counts samples, the last two are rows and columns, and those in between count
// maps (channels). A constant of the graph (weights) has no samples: all but its last two axes
// count maps.
struct LayerMaps {
  std::string name;
  perception::TensorInfo original;  // type and shape before conversion
  perception::Tensor tensor;        // float32, whole
  uint64_t first_element = 0;       // of the chosen sample
  uint64_t sample = 0, samples = 1;
  uint64_t count = 0;  // maps of one sample
  uint32_t width = 0, height = 0;
  bool is_constant = false;  // of the graph, such as a layer's weights

  // Reads the named tensor from the request, or the constant of that name from its graph. ENOENT
  // where there is neither; EINVAL for no elements or a sample that does not exist.
  static Result<LayerMaps> from(const ViewRequest& request, const std::string& name,
                                uint64_t sample);

  // The same of a tensor whose elements are not looked at: all but `tensor`. EINVAL as above.
  static Result<LayerMaps> arranged(const std::string& name, const perception::TensorInfo& info,
                                    uint64_t sample);

  std::span<const float> elements() const { return tensor.values<float>(); }
  uint64_t map_size() const { return uint64_t{width} * height; }
  ElementRange map_range(uint64_t map) const {
    return {first_element + map * map_size(), map_size()};
  }
  ElementRange layer_range() const { return {first_element, count * map_size()}; }
  // EINVAL for maps larger than kMaximumExtent a side (one-row maps may be longer): what draws maps
  // asks first.
  Result<void> check_drawable() const;
  // "16 maps of 24×24", "1 row of 10", for people.
  std::string maps_text() const;
  // "float32 1×16×24×24, sample 0 of 2", for people.
  std::string shape_text() const;
};

}  // namespace geoneuron::views
