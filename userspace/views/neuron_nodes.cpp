// SPDX-License-Identifier: MIT
#include "views/neuron_nodes.hpp"

#include <algorithm>
#include <cmath>

#include "views/normalisation.hpp"

namespace geoneuron::views {
namespace {

struct Stop {
  uint32_t at;
  Rgba8 colour;
};

constexpr Stop kEmber[] = {
    {0, {226, 246, 255, 255}}, {24, {128, 208, 255, 255}}, {64, {40, 128, 226, 255}},
    {100, {22, 62, 130, 255}}, {128, {22, 25, 34, 255}},   {156, {112, 40, 24, 255}},
    {192, {222, 94, 26, 255}}, {232, {255, 190, 92, 255}}, {255, {255, 248, 226, 255}}};

uint8_t between(uint8_t low, uint8_t high, uint32_t part, uint32_t whole) {
  return static_cast<uint8_t>((low * (whole - part) + high * part) / whole);
}

Palette make_ember() {
  Palette palette;
  for (uint32_t i = 0; i < 256; ++i) {
    size_t stop = 1;
    while (kEmber[stop].at < i) ++stop;
    const Stop &low = kEmber[stop - 1], &high = kEmber[stop];
    const uint32_t part = i - low.at, whole = high.at - low.at;
    palette.colours[i] = {between(low.colour.red, high.colour.red, part, whole),
                          between(low.colour.green, high.colour.green, part, whole),
                          between(low.colour.blue, high.colour.blue, part, whole), 255};
  }
  palette.nan = {255, 0, 255, 255};
  palette.positive_infinity = {255, 255, 255, 255};
  palette.negative_infinity = {150, 90, 255, 255};
  return palette;
}

// By pixel of every plane, one after the other: the unit of the largest magnitude.
std::vector<float> reduced(std::span<const float> values, const PlaneGrid& grid) {
  const ColumnUnits& units = grid.units;
  const uint32_t width = grid.plane_width(), height = grid.plane_height();
  std::vector<float> result(size_t{units.planes} * width * height);
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t column = i % units.width, row = i / units.width % units.height;
    const size_t plane = i / units.width / units.height;
    float& pixel =
        result[(plane * height + row / grid.reduction) * width + column / grid.reduction];
    if (std::isnan(values[i]) || std::abs(values[i]) > std::abs(pixel)) pixel = values[i];
  }
  return result;
}

}  // namespace

const Palette& ember_palette() {
  static const Palette kPalette = make_ember();
  return kPalette;
}

float finite_limit(std::span<const float> values) {
  float limit = 0;
  for (const float value : values)
    if (std::isfinite(value)) limit = std::max(limit, std::abs(value));
  return limit;
}

Result<void> paint_nodes(PixelDevice& device, std::span<const float> values, const PlaneGrid& grid,
                         Image& canvas) {
  const std::vector<float> shrunk =
      grid.reduction > 1 ? reduced(values, grid) : std::vector<float>{};
  const std::span<const float> elements =
      grid.reduction > 1 ? std::span<const float>(shrunk) : values;
  const uint32_t width = grid.plane_width() / grid.scale;
  const uint32_t height = grid.plane_height() / grid.scale;
  std::vector<Tile> tiles;
  for (uint32_t plane = 0; plane < grid.units.planes; ++plane)
    tiles.push_back({uint64_t{plane} * width * height, width, height, width, grid.plane_x(plane),
                     grid.plane_y(plane), grid.scale, 0});
  const float limit = finite_limit(values);
  const Normalisation normalisation = thresholds_of({-limit, limit, true});
  return device.paint(elements, tiles, {&normalisation, 1}, ember_palette(), canvas);
}

}  // namespace geoneuron::views
