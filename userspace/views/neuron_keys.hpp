// SPDX-License-Identifier: MIT
// What a neuron graph draws beside and below its nodes: the strips that explain colours, and the
// numbers of the units in which the network ends. Thread-safe for distinct images.
#pragma once

#include <string>
#include <vector>

#include "views/image.hpp"
#include "views/legend.hpp"
#include "views/neuron_scene.hpp"
#include "views/text.hpp"
#include "views/theme.hpp"

namespace geoneuron::views {

inline constexpr uint32_t kNumberRoom = 44;  // right of the plot, beside its margin, in pixels

// Whether each unit of the column gets its number and activation: a short list of features in which
// the drawn network ends.
bool is_numbered(const NeuronScene& scene, size_t column);

// "5.5", "\u22120.25", "NaN"
std::string value_text(float value);

// Right of each unit: its index and its activation, the largest one bright.
void draw_numbers(Image& canvas, const Font& regular, const Font& bold, const Theme& theme,
                  const SceneColumn& column, const PlaneGrid& grid);

// Colours of nodes that are no numbers, with how many there are; empty where all are finite.
std::vector<LegendMark> special_nodes(const NeuronScene& scene);

// The strips of what is in the picture: no edges where none is drawn, no nodes where none is
// finite.
void draw_keys(Image& canvas, const Font& font, const Theme& theme, const NeuronScene& scene,
               int32_t baseline);

}  // namespace geoneuron::views
