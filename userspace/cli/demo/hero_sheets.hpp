// SPDX-License-Identifier: MIT
// Where the hero picture's sheets stand and what is painted on them. Pure but for the device.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "cli/demo/tilted_sheet.hpp"
#include "views/neuron_scene.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::cli::demo {

// Everything is drawn at twice the size and averaged at the end.
inline constexpr uint32_t kOversampling = 2;

// One layer: the maps of one column in a grid. Pooled or flattened forms of it lie on the same
// sheet: `columns` are their numbers, the shown one first.
struct LayerSheet {
  std::vector<uint32_t> columns;
  uint32_t across = 1, down = 1;  // maps
  TiltedSheet place;
};

// The sheets of all columns but the last (the classes), from left to right.
Result<std::vector<LayerSheet>> place_sheets(const views::NeuronScene& scene);

// Where a unit of one of the sheet's columns lies on the screen.
Point unit_on_screen(const LayerSheet& sheet, const views::ColumnUnits& units, uint32_t unit);

// The sheet's maps as one flat picture, a device's work.
Result<views::Image> paint_sheet(views::PixelDevice& device, const LayerSheet& sheet,
                                 const views::SceneColumn& column);

}  // namespace geoneuron::cli::demo
