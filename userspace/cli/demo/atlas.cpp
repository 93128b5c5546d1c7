// SPDX-License-Identifier: MIT
#include "cli/demo/atlas.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "views/draw.hpp"
#include "views/neuron_labels.hpp"
#include "views/neuron_nodes.hpp"
#include "views/normalisation.hpp"
#include "views/text.hpp"
#include "views/theme.hpp"

namespace geoneuron::cli::demo {
namespace {

using perception::Tensor;
using views::Font;
using views::Image;

constexpr uint32_t kWidth = 1800, kMargin = 36, kLabel = 230, kGap = 5, kBandGap = 22;
constexpr uint32_t kHeader = 96, kLeastBand = 62;

// One layer's band, before it has a height on the page.
struct Band {
  std::string name, what;
  Tensor tensor;  // float32
  uint32_t planes = 1, height = 1, width = 1, scale = 1, across = 1;
  uint32_t y = 0;

  uint32_t pixel_width() const { return width * scale; }
  uint32_t pixel_height() const { return height * scale; }
  uint32_t lines() const { return (planes + across - 1) / across; }
  uint32_t band_height() const {
    return std::max(kLeastBand, lines() * (pixel_height() + kGap) - kGap);
  }
};

Result<Band> make_band(std::string name, std::string what, const Tensor& tensor) {
  Band band;
  band.name = std::move(name);
  band.what = std::move(what);
  band.tensor = GN_TRY(tensor.to_float32());
  const perception::Shape& shape = tensor.shape();
  const size_t rank = shape.rank();
  band.planes = static_cast<uint32_t>(rank < 3 ? shape.element_count() : shape.count(0, rank - 2));
  if (rank >= 3) {
    band.height = static_cast<uint32_t>(shape[rank - 2]);
    band.width = static_cast<uint32_t>(shape[rank - 1]);
  }
  const uint32_t room = kWidth - kLabel - 2 * kMargin;
  if (band.width > room || shape.element_count() == 0)
    return make_error(ENOTSUP, "%s: maps of %s do not fit the atlas", band.name.c_str(),
                      shape.to_string().c_str());
  const uint32_t side = std::max(band.width, band.height);
  const uint32_t wanted = band.planes > 64 ? 13
                          : side == 1      ? 26
                          : side > 24      ? 96
                          : side > 6       ? 84
                                           : 78;
  band.scale = std::max(1u, wanted / side);
  const uint32_t gap = band.planes > 64 ? 2 : kGap;
  band.across = std::min(band.planes, (room + gap) / (band.pixel_width() + gap));
  return band;
}

Result<std::vector<Band>> make_bands(const perception::Graph& graph, const TensorSet& set) {
  std::vector<Band> bands;
  const auto add = [&](perception::ValueId id, const std::string& what) -> Result<void> {
    const auto found = set.tensors.find(graph.at(id).name);
    if (found == set.tensors.end()) return {};
    bands.push_back(GN_TRY(make_band(graph.at(id).name, what, found->second)));
    return {};
  };
  for (const perception::ValueId input : graph.inputs) GN_TRY(add(input, "input"));
  for (const perception::Node& node : graph.nodes)
    for (const perception::ValueId output : node.outputs)
      if (output != perception::kNoValue)
        GN_TRY(add(output, std::string(perception::name_of(node.op))));
  return bands;
}

Result<void> paint_band(views::PixelDevice& device, const Band& band, Image& canvas) {
  const auto elements = band.tensor.values<float>();
  const uint32_t gap = band.planes > 64 ? 2 : kGap;
  std::vector<views::Tile> tiles;
  for (uint32_t plane = 0; plane < band.planes; ++plane)
    tiles.push_back({uint64_t{plane} * band.width * band.height, band.width, band.height,
                     band.width,
                     kMargin + kLabel + plane % band.across * (band.pixel_width() + gap),
                     band.y + plane / band.across * (band.pixel_height() + gap), band.scale, 0});
  const float limit = views::finite_limit(elements);
  const views::Normalisation normalisation = views::thresholds_of({-limit, limit, true});
  return device.paint(elements, tiles, {&normalisation, 1}, views::ember_palette(), canvas);
}

Result<void> write_labels(const std::vector<Band>& bands, Image& canvas) {
  const Font& regular = *GN_TRY(Font::get());
  const Font& bold = *GN_TRY(Font::get(views::FontWeight::kBold));
  const views::Theme theme = views::Theme::named("dark");
  bold.draw(canvas, kMargin, 50, "Atlas of all layers", 26, theme.text);
  regular.draw(canvas, kMargin, 76,
               "Every tensor of one run. Orange is positive, blue negative, dark zero; each layer "
               "reaches full colour at its own limit.",
               15, theme.secondary);
  for (const Band& band : bands) {
    const auto y = static_cast<int32_t>(band.y);
    const float limit = views::finite_limit(band.tensor.values<float>());
    std::array<char, 64> range{};
    std::snprintf(range.data(), range.size(), "|a| ≤ %.3g", static_cast<double>(limit));
    bold.draw(canvas, kMargin, y + 15, bold.fitted(band.name, 17, kLabel - 16), 17, theme.text);
    regular.draw(canvas, kMargin, y + 36,
                 band.what + "  " + views::shape_caption(band.tensor.shape()), 14, theme.secondary);
    regular.draw(canvas, kMargin, y + 56, range.data(), 14, theme.secondary);
  }
  return {};
}

}  // namespace

Result<Image> draw_atlas(views::PixelDevice& device, const perception::Graph& graph,
                         const TensorSet& tensors) {
  std::vector<Band> bands = GN_TRY(make_bands(graph, tensors));
  uint32_t y = kHeader + kBandGap;
  for (Band& band : bands) {
    band.y = y;
    y += band.band_height() + kBandGap;
  }
  Image canvas = Image::filled(kWidth, y + kMargin - kBandGap, {9, 11, 16, 255});
  for (const Band& band : bands) {
    views::fill(canvas,
                {static_cast<int32_t>(kMargin), static_cast<int32_t>(band.y - kBandGap / 2),
                 static_cast<int32_t>(kWidth - 2 * kMargin), 1},
                {28, 33, 43, 255});
    GN_TRY(paint_band(device, band, canvas));
  }
  GN_TRY(write_labels(bands, canvas));
  return canvas;
}

}  // namespace geoneuron::cli::demo
