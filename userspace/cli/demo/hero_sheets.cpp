// SPDX-License-Identifier: MIT
#include "cli/demo/hero_sheets.hpp"

#include <algorithm>
#include <cmath>

#include "views/neuron_nodes.hpp"
#include "views/normalisation.hpp"

namespace geoneuron::cli::demo {
namespace {

using views::ColumnUnits;
using views::Image;
using views::NeuronScene;

constexpr double kLeft = 150, kRight = 1830;  // of all sheets' middles, in final pixels
constexpr double kMiddle = 706;
constexpr double kMapGap = 0.12;      // between maps, of a map's side
constexpr uint32_t kTexels = 8;       // pixels per unit on the flat picture, at most
constexpr uint32_t kMapTexels = 192;  // pixels per map, about

// A flattened column as the maps that it came from: features in equal squares per plane.
ColumnUnits unflattened(const ColumnUnits& units, uint32_t planes) {
  if (units.planes == planes || planes == 0 || units.planes % planes != 0) return units;
  const uint32_t each = units.planes / planes;
  const auto side = static_cast<uint32_t>(std::lround(std::sqrt(each)));
  return side * side == each ? ColumnUnits{planes, side, side, units.depth} : units;
}

// Grid of maps: four or fewer beside each other, the rest below.
void set_grid(LayerSheet& sheet, uint32_t planes) {
  sheet.across = planes <= 1 ? 1 : planes <= 8 ? 2 : 4;
  sheet.down = (planes + sheet.across - 1) / sheet.across;
}

// Side of a map on the screen, so that all sheets are of like height.
double map_side(const LayerSheet& sheet) {
  constexpr double kHeight[] = {430, 620, 700, 760, 820};
  const size_t i = sheet.down == 1 ? 0 : sheet.down <= 2 ? 1 : sheet.down <= 4 ? 2 : 3;
  return kHeight[i] / (sheet.down + (sheet.down - 1) * kMapGap);
}

double extent(uint32_t maps, double side) {
  return side * (maps + (maps - 1) * kMapGap);
}

// Distributes the sheets so that the gaps between them are equal.
void spread(std::vector<LayerSheet>& sheets) {
  double used = 0;
  const auto seen = [](const LayerSheet& sheet) {
    return sheet.place.on_screen({1, 0.5}).x - sheet.place.on_screen({0, 0.5}).x;
  };
  for (const LayerSheet& sheet : sheets) used += seen(sheet);
  const double gaps = sheets.size() > 1 ? static_cast<double>(sheets.size() - 1) : 1;
  const double gap = ((kRight - kLeft) * kOversampling - used) / gaps;
  double x = kLeft * kOversampling;
  for (LayerSheet& sheet : sheets) {
    const double left = sheet.place.on_screen({0, 0.5}).x - sheet.place.centre.x;
    sheet.place.centre.x = x - left;
    x += seen(sheet) + gap;
  }
}

}  // namespace

Result<std::vector<LayerSheet>> place_sheets(const NeuronScene& scene) {
  std::vector<LayerSheet> sheets;
  for (size_t i = 0; i < scene.operators.size(); ++i) {
    const views::SceneOperator& op = scene.operators[i];
    const bool joined =
        i == 0 || op.from == scene.operators[i - 1].to ||
        std::ranges::count(scene.thin, views::ThinLink{scene.operators[i - 1].to, op.from}) != 0;
    if (!joined) return invalid("%s: does not follow the operator before it", op.name.c_str());
    LayerSheet sheet;
    const uint32_t shown = i == 0 ? op.from : scene.operators[i - 1].to;
    sheet.columns = {shown, op.from};
    set_grid(sheet, scene.columns[shown].units.planes);
    const double side = map_side(sheet) * kOversampling;
    sheet.place.width = extent(sheet.across, side);
    sheet.place.height = extent(sheet.down, side);
    sheet.place.distance *= kOversampling;
    sheet.place.centre.y = kMiddle * kOversampling;
    sheets.push_back(sheet);
  }
  if (sheets.empty()) return invalid("the network has no weighted operator");
  spread(sheets);
  return sheets;
}

Point unit_on_screen(const LayerSheet& sheet, const ColumnUnits& units, uint32_t unit) {
  const uint32_t planes =
      units.planes > sheet.across * sheet.down ? sheet.across * sheet.down : units.planes;
  const ColumnUnits maps = unflattened(units, planes);
  const uint32_t column = unit % maps.width, row = unit / maps.width % maps.height;
  const uint32_t plane = unit / maps.width / maps.height;
  const auto along = [](uint32_t map, uint32_t maps_along, double inside) {
    return (map * (1 + kMapGap) + inside) / (maps_along + (maps_along - 1) * kMapGap);
  };
  return sheet.place.on_screen(
      {along(plane % sheet.across, sheet.across, (column + 0.5) / maps.width),
       along(plane / sheet.across, sheet.down, (row + 0.5) / maps.height)});
}

Result<Image> paint_sheet(views::PixelDevice& device, const LayerSheet& sheet,
                          const views::SceneColumn& column) {
  const ColumnUnits& units = column.units;
  const uint32_t texels =
      std::clamp(kMapTexels / std::max(units.width, units.height), 1u, kTexels * 4);
  const uint32_t width = units.width * texels, height = units.height * texels;
  const auto gap = static_cast<uint32_t>(std::lround(width * kMapGap));
  Image picture = Image::filled(sheet.across * width + (sheet.across - 1) * gap,
                                sheet.down * height + (sheet.down - 1) * gap, {0, 0, 0, 0});
  std::vector<views::Tile> tiles;
  for (uint32_t plane = 0; plane < units.planes; ++plane)
    tiles.push_back({uint64_t{plane} * units.width * units.height, units.width, units.height,
                     units.width, plane % sheet.across * (width + gap),
                     plane / sheet.across * (height + gap), texels, 0});
  const float limit = views::finite_limit(column.values);
  const views::Normalisation normalisation = views::thresholds_of({-limit, limit, true});
  GN_TRY(device.paint(column.values, tiles, {&normalisation, 1}, views::ember_palette(), picture));
  return picture;
}

}  // namespace geoneuron::cli::demo
