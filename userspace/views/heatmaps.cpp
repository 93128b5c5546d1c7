// SPDX-License-Identifier: MIT
#include "views/heatmaps.hpp"

#include "views/activation_map.hpp"
#include "views/colour_map.hpp"
#include "views/cpu_pixels.hpp"
#include "views/layer_maps.hpp"
#include "views/pixel_checks.hpp"

namespace geoneuron::views {

Result<std::optional<HeatmapStyle>> HeatmapStyle::from(const ViewParameters& parameters) {
  const bool is_plain = parameters.is("page", "off") && parameters.is("overlay", "none") &&
                        parameters.is("reduce", "none") && parameters.is("scope", "map");
  if (!is_plain) return std::optional<HeatmapStyle>();
  HeatmapStyle style;
  style.palette = GN_TRY(palette_named(parameters.text("colormap")));
  style.normalisation = GN_TRY(NormalisationChoice::from(parameters));
  style.sample = static_cast<uint64_t>(*parameters.integer("sample"));
  style.channel = static_cast<uint64_t>(parameters.integer("channel").value_or(0));
  if (const auto scale = parameters.integer("scale")) style.scale = static_cast<uint32_t>(*scale);
  return std::optional(style);
}

Result<HeatmapPlace> HeatmapPlace::of(const std::string& name, const perception::TensorInfo& info,
                                      const HeatmapStyle& style) {
  const LayerMaps layer = GN_TRY(LayerMaps::arranged(name, info, style.sample));
  GN_TRY(layer.check_drawable());
  if (style.channel >= layer.count)
    return invalid("parameter channel: %lu: tensor %s has %lu; the first is 0", style.channel,
                   name.c_str(), layer.count);
  HeatmapPlace place;
  place.first_element = layer.map_range(style.channel).first;
  place.width = layer.width;
  place.height = layer.height;
  place.scale = style.scale.value_or(automatic_scale(layer.width, layer.height));
  GN_TRY(check_extent(uint64_t{place.width} * place.scale, uint64_t{place.height} * place.scale));
  return place;
}

void HeatmapSheet::clear() {
  elements_.clear();
  ranges_.clear();
  tiles_.clear();
  normalisations_.clear();
  canvas_.height = 0;
}

std::span<float> HeatmapSheet::add(const HeatmapPlace& place) {
  const ElementRange range{elements_.size(), place.element_count()};
  Tile tile;
  tile.first_element = range.first;
  tile.width = place.width;
  tile.height = place.height;
  tile.row_stride = place.width;
  tile.y = canvas_.height;
  tile.scale = place.scale;
  ranges_.push_back(range);
  tiles_.push_back(tile);
  canvas_.width = place.pixel_width();
  canvas_.height += place.pixel_height();
  elements_.resize(elements_.size() + range.count);
  return std::span(elements_).subspan(range.first, range.count);
}

Result<void> HeatmapSheet::paint(PixelDevice& device, const HeatmapStyle& style) {
  // On the cores, whose caches hold the elements just now: the same limits, sooner than a device
  // could even begin.
  CpuPixels cores;
  const auto limits = GN_TRY(limits_of(cores, elements_, ranges_, style.normalisation));
  for (size_t i = 0; i < tiles_.size(); ++i) {
    // Fixed limits are the same for all, and 255 thresholds take a while.
    if (i == 0 || limits[i] != limits[i - 1]) normalisations_.push_back(thresholds_of(limits[i]));
    tiles_[i].normalisation = static_cast<uint32_t>(normalisations_.size() - 1);
  }
  canvas_.pixels.resize(size_t{canvas_.width} * canvas_.height);
  return device.paint(elements_, tiles_, normalisations_, style.palette, canvas_);
}

std::span<const Rgba8> HeatmapSheet::pixels(size_t map) const {
  const Tile& tile = tiles_[map];
  return std::span(canvas_.pixels)
      .subspan(size_t{tile.y} * canvas_.width, size_t{tile.height} * tile.scale * canvas_.width);
}

}  // namespace geoneuron::views
