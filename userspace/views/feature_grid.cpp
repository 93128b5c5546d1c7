// SPDX-License-Identifier: MIT
#include "views/feature_grid.hpp"

#include <algorithm>

#include "views/colouring.hpp"
#include "views/grid_layout.hpp"
#include "views/page.hpp"
#include "views/pixel_checks.hpp"

namespace geoneuron::views {
namespace {

// Rows of values are cut into pieces of at most this many, each a tile of one row.
constexpr uint32_t kStripLength = 64;
// Up to so many values get a big square each, with its number and value.
constexpr uint32_t kLabelledValues = 16;

// A layer, its maps, and how they are arranged.
struct Grid {
  LayerMaps layer;
  bool is_strip = false;         // one row of values, in pieces
  std::vector<uint32_t> pieces;  // strip: the length of each tile
  GridLayout layout;
  uint32_t left = 0;  // room for numbers left of the tiles
};

void arrange_strip(Grid& grid, const ViewParameters& parameters) {
  const uint32_t length = grid.layer.width;
  const auto columns = parameters.integer("columns");
  const uint32_t piece = std::min(length, columns ? static_cast<uint32_t>(*columns) : kStripLength);
  for (uint32_t at = 0; at < length; at += piece)
    grid.pieces.push_back(std::min(piece, length - at));
  GridRequest request{grid.pieces.size(), piece, 1, std::nullopt, 1};
  const auto scale = parameters.integer("scale");
  request.scale = scale ? static_cast<uint32_t>(*scale)
                        : std::clamp(832 / piece, 4u, length <= kLabelledValues ? 64u : 24u);
  grid.layout = GridLayout::of(request);
  grid.layout.gap = 2;
  // Numbers of single values go above them, numbers of rows to their left.
  grid.layout.label_height = grid.pieces.size() == 1 ? 16 : 0;
  grid.left = grid.pieces.size() == 1 ? 0 : 52;
}

Result<Grid> arrange(const ViewRequest& request, const ViewParameters& parameters) {
  if (request.selected.size() != 1)
    return invalid("shows one tensor; %zu are selected: choose one", request.selected.size());
  const auto sample = static_cast<uint64_t>(*parameters.integer("sample"));
  Grid grid;
  grid.layer = GN_TRY(LayerMaps::from(request, request.selected[0], sample));
  GN_TRY(grid.layer.check_drawable());
  LayerMaps& layer = grid.layer;
  // Pooled to one value per channel: a row of values, too.
  if (layer.map_size() == 1 && layer.count <= UINT32_MAX) {
    layer.width = static_cast<uint32_t>(layer.count);
    layer.count = 1;
  }
  grid.is_strip = layer.height == 1 && layer.count == 1;
  if (grid.is_strip) {
    arrange_strip(grid, parameters);
    return grid;
  }
  GridRequest wanted{layer.count, layer.width, layer.height, std::nullopt, std::nullopt};
  if (const auto scale = parameters.integer("scale")) wanted.scale = static_cast<uint32_t>(*scale);
  if (const auto columns = parameters.integer("columns"))
    wanted.columns = static_cast<uint32_t>(*columns);
  grid.layout = GridLayout::of(wanted);
  return grid;
}

PaintedMaps painted_maps(const LayerMaps& layer) {
  PaintedMaps painted{layer.elements(), {}};
  for (uint64_t map = 0; map < layer.count; ++map) painted.maps.push_back(layer.map_range(map));
  return painted;
}

std::vector<Tile> tiles_of(const Grid& grid, const Colouring& colouring, const Rectangle& area) {
  std::vector<Tile> tiles;
  const uint64_t count = grid.is_strip ? grid.pieces.size() : grid.layer.count;
  uint64_t first = grid.layer.first_element;
  for (uint64_t i = 0; i < count; ++i) {
    Tile tile;
    tile.first_element = first;
    tile.width = grid.is_strip ? grid.pieces[i] : grid.layer.width;
    tile.height = grid.layer.height;
    tile.row_stride = tile.width;
    tile.x = static_cast<uint32_t>(area.x) + grid.left + static_cast<uint32_t>(grid.layout.x(i));
    tile.y = static_cast<uint32_t>(area.y) + static_cast<uint32_t>(grid.layout.y(i));
    tile.scale = grid.layout.scale;
    tile.normalisation = grid.is_strip ? 0 : colouring.normalisation_of(i);
    tiles.push_back(tile);
    first += uint64_t{tile.width} * tile.height;
  }
  return tiles;
}

// The number of each map above it; of each value of a short row, too.
void draw_numbers(Image& image, const Font& font, const Grid& grid, std::span<const Tile> tiles,
                  const Theme& theme) {
  const bool each_value = grid.is_strip && grid.layout.scale >= 24;
  uint32_t number = 0;
  for (const Tile& tile : tiles) {
    const auto baseline = static_cast<int32_t>(tile.y) - 5;
    const uint32_t labels = each_value ? tile.width : 1;
    for (uint32_t i = 0; i < labels; ++i) {
      const auto x = static_cast<int32_t>(tile.x + i * tile.scale);
      font.draw(image, x, baseline, std::to_string(number + i), 11, theme.secondary);
    }
    number += grid.is_strip ? tile.width : 1;
  }
}

// The number of each row's first value, left of it, where rows leave room.
void draw_row_numbers(Image& image, const Font& font, std::span<const Tile> tiles,
                      const Theme& theme) {
  uint32_t number = 0;
  int32_t last = INT32_MIN / 2;
  for (const Tile& tile : tiles) {
    const auto baseline = static_cast<int32_t>(tile.y + tile.scale / 2 + 4);
    if (baseline - last >= 14) {
      font.draw_right(image, static_cast<int32_t>(tile.x) - 8, baseline, std::to_string(number), 11,
                      theme.secondary);
      last = baseline;
    }
    number += tile.width;
  }
}

Result<Image> render_feature_grid(PixelDevice& device, const ViewRequest& request,
                                  const ViewParameters& parameters) {
  const Grid grid = GN_TRY(arrange(request, parameters));
  if (auto checked = check_extent(grid.layout.width(), grid.layout.height()); !checked)
    return checked.error().prefixed("tensor " + grid.layer.name);
  const PaintedMaps painted = painted_maps(grid.layer);
  const Colouring colouring =
      GN_TRY(Colouring::choose(device, request, parameters, grid.layer, painted));
  PageOptions options;
  options.theme = Theme::named(parameters.text("background"));
  options.title = parameters.text("title").empty() ? grid.layer.name : parameters.text("title");
  options.subtitle = grid.layer.shape_text() + " \u00b7 " + grid.layer.maps_text();
  options.content_width = static_cast<uint32_t>(grid.layout.width()) + grid.left;
  options.content_height = static_cast<uint32_t>(grid.layout.height());
  if (parameters.is("legend", "on")) options.legend = colouring.legend;
  Page page = GN_TRY(Page::create(options));
  const std::vector<Tile> tiles = tiles_of(grid, colouring, page.content);
  if (auto done = device.paint(painted.elements, tiles, colouring.normalisations, colouring.palette,
                               page.image);
      !done)
    return done.error();
  if (grid.left > 0)
    draw_row_numbers(page.image, *GN_TRY(Font::get()), tiles, options.theme);
  else if (grid.layout.label_height > 0)
    draw_numbers(page.image, *GN_TRY(Font::get()), grid, tiles, options.theme);
  return std::move(page.image);
}

}  // namespace

ViewDefinition feature_grid_view() {
  ViewDefinition view;
  view.name = "feature_grid";
  view.description =
      "All maps of a tensor side by side; vectors as rows of squares; weights map by map.";
  view.parameters = {ViewParameter::integer("columns", "auto", 1, kMaximumExtent,
                                            "maps, or values of a vector, in a row", {"auto"})};
  append_map_parameters(view.parameters, "layer");
  view.takes_one = true;
  view.check = check_colouring;
  view.needs = needs_of_scope;
  view.render = render_feature_grid;
  return view;
}

}  // namespace geoneuron::views
