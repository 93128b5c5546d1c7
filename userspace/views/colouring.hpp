// SPDX-License-Identifier: MIT
// Colouring: palette, limits and legend of one picture of maps, as its parameters ask. A plain
// value.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/layer_maps.hpp"
#include "views/legend.hpp"
#include "views/normalisation.hpp"
#include "views/view.hpp"

namespace geoneuron::views {

// The elements that are painted, and the maps among them.
struct PaintedMaps {
  std::span<const float> elements;
  std::vector<ElementRange> maps;
};

struct Colouring {
  Palette palette;
  // One for each painted map where the scope is a map, else one for all.
  std::vector<Normalisation> normalisations;
  Legend legend;

  uint32_t normalisation_of(size_t map) const {
    return normalisations.size() == 1 ? 0 : static_cast<uint32_t>(map);
  }
  // Chooses limits over each painted map, over `layer`, or over the model: every floating-point
  // tensor of the request that a node produces. States in the legend how, and what is not finite.
  static Result<Colouring> choose(PixelDevice& device, const ViewRequest& request,
                                  const ViewParameters& parameters, const LayerMaps& layer,
                                  const PaintedMaps& painted);
};

// colormap, and those of normalisation_parameters().
std::vector<ViewParameter> colouring_parameters(const std::string& default_scope);

// Those of all views of maps: colouring, sample, scale and page_parameters().
void append_map_parameters(std::vector<ViewParameter>& parameters,
                           const std::string& default_scope);

// A `check` for views with colouring_parameters(): EINVAL as NormalisationChoice::from has it.
Result<void> check_colouring(const ViewParameters& parameters);

// A `needs` for views with a scope: what is selected, and for scope=model what every node makes.
Result<std::vector<std::string>> needs_of_scope(const perception::Graph& graph,
                                                std::span<const std::string> selected,
                                                const ViewParameters& parameters);

}  // namespace geoneuron::views
