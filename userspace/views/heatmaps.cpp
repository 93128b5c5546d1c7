// SPDX-License-Identifier: MIT
#include "views/heatmaps.hpp"

#include <vector>

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

Result<Limits> limits_of(const Heatmap& map, const NormalisationChoice& choice) {
  std::span<const float> elements(map.elements, map.element_count());
  std::vector<float> copy;
  if (choice.method == NormalisationMethod::kPercentile) {
    copy.assign(elements.begin(), elements.end());
    elements = copy;
  }
  // On the cores, whose caches hold the elements just now or soon will: the same limits, sooner
  // than a device could even begin.
  CpuPixels cores;
  const ElementRange all{0, elements.size()};
  return GN_TRY(limits_of(cores, elements, {&all, 1}, choice)).front();
}

}  // namespace geoneuron::views
