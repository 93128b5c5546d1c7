// SPDX-License-Identifier: MIT
#include "views/layer_maps.hpp"

#include <algorithm>

namespace geoneuron::views {
namespace {

const perception::Tensor* constant_named(const ViewRequest& request, const std::string& name) {
  if (request.graph == nullptr || request.tensors.contains(name)) return nullptr;
  const auto id = request.graph->find(name);
  if (!id || !request.graph->at(*id).constant) return nullptr;
  return &*request.graph->at(*id).constant;
}

std::string times(std::string shape) {
  for (size_t at = shape.find('x'); at != std::string::npos; at = shape.find('x', at))
    shape.replace(at, 1, "\u00d7");
  return shape;
}

// Fills in counts, extents and where the sample begins.
Result<void> arrange(LayerMaps& maps, const perception::Shape& shape, bool is_constant,
                     uint64_t sample) {
  if (shape.element_count() == 0)
    return invalid("tensor %s: %s: has no elements to show", maps.name.c_str(),
                   maps.original.to_string().c_str());
  const size_t rank = shape.rank();
  const bool has_samples = !is_constant && rank >= 2;
  const size_t first_map_axis = has_samples ? 1 : 0;
  const size_t row_axis = std::max(first_map_axis, rank < 2 ? 0 : rank - 2);
  const int64_t width = rank == 0 ? 1 : shape[rank - 1];
  const int64_t height = rank - row_axis == 2 ? shape[row_axis] : 1;
  maps.samples = has_samples ? static_cast<uint64_t>(shape[0]) : 1;
  maps.count = static_cast<uint64_t>(shape.count(first_map_axis, row_axis));
  if (std::max(width, height) > int64_t{UINT32_MAX})
    return invalid("tensor %s: %s: maps must be less than 2^32 elements a side", maps.name.c_str(),
                   shape.to_string().c_str());
  maps.width = static_cast<uint32_t>(width);
  maps.height = static_cast<uint32_t>(height);
  if (sample >= maps.samples)
    return invalid("parameter sample: %lu: tensor %s has %lu; the first is 0", sample,
                   maps.name.c_str(), maps.samples);
  maps.sample = sample;
  maps.first_element = sample * maps.count * maps.map_size();
  return {};
}

}  // namespace

Result<LayerMaps> LayerMaps::from(const ViewRequest& request, const std::string& name,
                                  uint64_t sample) {
  LayerMaps maps;
  maps.name = name;
  const perception::Tensor* constant = constant_named(request, name);
  maps.is_constant = constant != nullptr;
  if (constant != nullptr) {
    maps.original = constant->info();
    maps.tensor = GN_TRY(with_context(constant->to_float32(), "constant " + name));
  } else {
    maps.tensor = GN_TRY(float32_tensor(request, name));
    maps.original = request.tensors.at(name).info();
  }
  GN_TRY(arrange(maps, maps.tensor.shape(), constant != nullptr, sample));
  return maps;
}

Result<LayerMaps> LayerMaps::arranged(const std::string& name, const perception::TensorInfo& info,
                                      uint64_t sample) {
  LayerMaps maps;
  maps.name = name;
  maps.original = info;
  GN_TRY(arrange(maps, info.shape, false, sample));
  return maps;
}

Result<void> LayerMaps::check_drawable() const {
  if (height == 1 || std::max(width, height) <= kMaximumExtent) return {};
  return invalid(
      "tensor %s: %s: its maps must be at most %u elements a side to be drawn; the view histogram "
      "shows larger ones",
      name.c_str(), original.shape.to_string().c_str(), kMaximumExtent);
}

std::string LayerMaps::maps_text() const {
  if (height == 1 && count == 1)
    return "1 row of " + std::to_string(width) + (width == 1 ? " value" : " values");
  return std::to_string(count) + (count == 1 ? " map of " : " maps of ") + std::to_string(width) +
         "\u00d7" + std::to_string(height);
}

std::string LayerMaps::shape_text() const {
  std::string text =
      std::string(perception::name_of(original.type)) + " " + times(original.shape.to_string());
  if (samples > 1) text += ", sample " + std::to_string(sample) + " of " + std::to_string(samples);
  return text;
}

}  // namespace geoneuron::views
