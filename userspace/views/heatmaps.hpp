// SPDX-License-Identifier: MIT
// Heatmaps: many maps painted in one go, each as the view activation_map paints it with page=off:
// alone, in colours by its own limits. The same bytes, for a fraction of the cost of one by one.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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

// Pictures of one width and style under each other. Keeps its memory from one set to the next.
class HeatmapSheet {
 public:
  // Begins a new set.
  void clear();
  // Room for the elements of one more map, to be filled before paint(); all must have the same
  // pixel_width. What it returns holds until the next add().
  std::span<float> add(const HeatmapPlace& place);
  // Paints all. Errors: the device's.
  Result<void> paint(PixelDevice& device, const HeatmapStyle& style);
  // The picture of one map, after paint().
  std::span<const Rgba8> pixels(size_t map) const;

 private:
  std::vector<float> elements_;
  std::vector<ElementRange> ranges_;
  std::vector<Tile> tiles_;
  std::vector<Normalisation> normalisations_;
  Image canvas_;
};

}  // namespace geoneuron::views
