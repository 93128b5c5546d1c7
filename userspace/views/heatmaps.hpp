// SPDX-License-Identifier: MIT
// Heatmaps: what of the view activation_map is a map alone, in colours by its own limits
// (page=off), so that many can be painted in one go (PixelDevice::paint_heatmaps): the same bytes,
// for a fraction of the cost of one by one. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "perception/tensor.hpp"
#include "views/normalisation.hpp"
#include "views/parameters.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

// How maps are painted, from parameters of activation_map.
struct HeatmapStyle {
  Palette palette;
  NormalisationChoice normalisation;
  uint64_t sample = 0, channel = 0;
  std::optional<uint32_t> scale;  // pixels per element; nothing: auto

  // Nothing where the parameters ask for more than a map by its own limits: a page, an overlay, a
  // reduction, a scope. EINVAL as activation_map.
  static Result<std::optional<HeatmapStyle>> from(const ViewParameters& parameters);
};

// Which elements of a float32 tensor become which picture.
struct HeatmapPlace {
  uint64_t first_element = 0;
  uint32_t width = 0, height = 0;  // elements
  uint32_t scale = 1;

  // EINVAL as activation_map: no such sample or channel, or a picture that would be too large.
  static Result<HeatmapPlace> of(const std::string& name, const perception::TensorInfo& info,
                                 const HeatmapStyle& style);
  uint64_t element_count() const { return uint64_t{width} * height; }
  uint32_t pixel_width() const { return width * scale; }
  uint32_t pixel_height() const { return height * scale; }
};

// The limits of one map. Percentiles are those of a copy, as finding them is not safe from elements
// that change meanwhile. Thread-safe.
Result<Limits> limits_of(const Heatmap& map, const NormalisationChoice& choice);

}  // namespace geoneuron::views
