// SPDX-License-Identifier: MIT
#include "views/activation_map.hpp"

#include <algorithm>
#include <cmath>

#include "views/colouring.hpp"
#include "views/page.hpp"
#include "views/pixel_checks.hpp"
#include "views/reduction.hpp"

namespace geoneuron::views {
namespace {

// `scale=auto` enlarges to about this many pixels.
constexpr uint32_t kWantedExtent = 560;

// One map, and what it is.
struct ChosenMap {
  std::vector<float> reduced;  // holds the elements where several maps became one
  PaintedMaps painted;
  std::string text;  // "channel 3", "mean over 16 channels"
};

Result<void> check_together(const ViewParameters& parameters) {
  const auto channel = parameters.integer("channel");
  if (channel && !parameters.is("reduce", "none"))
    return invalid("parameter channel: %ld: must be auto with reduce=%s, which takes all", *channel,
                   parameters.text("reduce").c_str());
  return check_colouring(parameters);
}

Result<ChosenMap> choose_map(const LayerMaps& layer, const ViewParameters& parameters) {
  ChosenMap chosen;
  GN_TRY(check_together(parameters));
  const auto channel = parameters.integer("channel");
  if (!parameters.is("reduce", "none")) {
    const bool mean = parameters.is("reduce", "mean");
    chosen.reduced = mean ? mean_over_maps(layer) : maximum_over_maps(layer);
    chosen.painted = {chosen.reduced, {{0, chosen.reduced.size()}}};
    chosen.text = parameters.text("reduce") + " over " + std::to_string(layer.count) + " channels";
    return chosen;
  }
  const auto map = static_cast<uint64_t>(channel.value_or(0));
  if (map >= layer.count)
    return invalid("parameter channel: %lu: tensor %s has %lu; the first is 0", map,
                   layer.name.c_str(), layer.count);
  chosen.painted = {layer.elements(), {layer.map_range(map)}};
  chosen.text = layer.count == 1
                    ? layer.maps_text()
                    : "channel " + std::to_string(map) + " of " + std::to_string(layer.count);
  return chosen;
}

uint32_t scale_for(const ViewParameters& parameters, uint32_t width, uint32_t height) {
  if (const auto scale = parameters.integer("scale")) return static_cast<uint32_t>(*scale);
  return automatic_scale(width, height);
}

// The map in colours, one pixel for each element or `scale` of them a side.
Result<Image> painted_map(PixelDevice& device, const LayerMaps& layer, const ChosenMap& map,
                          const Colouring& colouring, uint32_t scale) {
  if (auto checked = check_extent(uint64_t{layer.width} * scale, uint64_t{layer.height} * scale);
      !checked)
    return checked.error();
  Image image = Image::filled(layer.width * scale, layer.height * scale, {});
  const Tile tile{
      map.painted.maps[0].first, layer.width, layer.height, layer.width, 0, 0, scale, 0};
  if (auto painted = device.paint(map.painted.elements, {&tile, 1}, colouring.normalisations,
                                  colouring.palette, image);
      !painted)
    return painted.error();
  return image;
}

// Rows and columns of a constant, or of a vector, are no places on the picture.
Result<void> check_overlay(const LayerMaps& layer) {
  if (!layer.is_constant && layer.original.shape.rank() >= 3) return {};
  const std::string what = layer.is_constant ? "a constant of the network" : "a vector";
  return invalid(
      "overlay=input: tensor %s: %s: is %s; must be an activation with rows and columns, such as "
      "float32 1x8x24x24, to lie over the input image",
      layer.name.c_str(), layer.original.to_string().c_str(), what.c_str());
}

// The input image, enlarged, with the map over it.
Result<Image> overlaid_map(PixelDevice& device, const ViewRequest& request,
                           const ViewParameters& parameters, const LayerMaps& layer,
                           const ChosenMap& map, const Colouring& colouring) {
  GN_TRY(check_overlay(layer));
  if (!request.input_image || request.input_image->pixels.empty())
    return make_error(ENOENT, "overlay=input: this run has no input image; give an image as input");
  const Image& input = *request.input_image;
  const uint32_t scale = scale_for(parameters, input.width, input.height);
  const uint64_t width = uint64_t{input.width} * scale, height = uint64_t{input.height} * scale;
  if (auto checked = check_extent(width, height); !checked) return checked.error();
  Image result = resized(input, static_cast<uint32_t>(width), static_cast<uint32_t>(height));
  Image over =
      resized(GN_TRY(painted_map(device, layer, map, colouring, 1)), result.width, result.height);
  const auto opacity = static_cast<uint8_t>(std::lround(*parameters.number("opacity") * 255));
  for (Rgba8& pixel : over.pixels) pixel.alpha = opacity;
  draw_image(result, over, 0, 0);
  return result;
}

Result<Image> render_activation_map(PixelDevice& device, const ViewRequest& request,
                                    const ViewParameters& parameters) {
  if (request.selected.size() != 1)
    return invalid("shows one tensor; %zu are selected: choose one", request.selected.size());
  const auto sample = static_cast<uint64_t>(*parameters.integer("sample"));
  const LayerMaps layer = GN_TRY(LayerMaps::from(request, request.selected[0], sample));
  GN_TRY(layer.check_drawable());
  const ChosenMap map = GN_TRY(choose_map(layer, parameters));
  Colouring colouring = GN_TRY(Colouring::choose(device, request, parameters, layer, map.painted));
  const bool overlay = parameters.is("overlay", "input");
  Image content = overlay ? GN_TRY(overlaid_map(device, request, parameters, layer, map, colouring))
                          : GN_TRY(painted_map(device, layer, map, colouring,
                                               scale_for(parameters, layer.width, layer.height)));
  if (parameters.is("page", "off")) return content;
  if (overlay)
    colouring.legend.lines.push_back("The map lies over the input image with opacity " +
                                     parameters.text("opacity") + ".");
  PageOptions options;
  options.theme = Theme::named(parameters.text("background"));
  options.title = parameters.text("title").empty() ? layer.name : parameters.text("title");
  options.subtitle = layer.shape_text() + " \u00b7 " + map.text;
  options.content_width = content.width;
  options.content_height = content.height;
  if (parameters.is("legend", "on")) options.legend = colouring.legend;
  Page page = GN_TRY(Page::create(options));
  draw_image(page.image, content, page.content.x, page.content.y);
  frame(page.image, page.content, options.theme.line);
  return std::move(page.image);
}

}  // namespace

uint32_t automatic_scale(uint32_t width, uint32_t height) {
  return std::clamp(kWantedExtent / std::max({width, height, 1u}), 1u, 64u);
}

ViewDefinition activation_map_view() {
  ViewDefinition view;
  view.name = "activation_map";
  view.description = "One map of a tensor in colours, alone or over the input image.";
  view.parameters = {
      ViewParameter::integer("channel", "auto", 0, INT32_MAX, "which map (auto: the first)",
                             {"auto"}),
      ViewParameter::choice("reduce", "none", {"none", "mean", "max"},
                            "all maps made into one, element by element"),
      ViewParameter::choice("overlay", "none", {"none", "input"},
                            "what lies under the map, an activation with rows and columns"),
      ViewParameter::number("opacity", "0.6", 0, 1, "of the map over the input image"),
      ViewParameter::choice("page", "on", {"on", "off"},
                            "title, legend and margins around the map; off: the map alone"),
  };
  append_map_parameters(view.parameters, "map");
  view.takes_one = true;
  view.check = check_together;
  view.needs = needs_of_scope;
  view.render = render_activation_map;
  return view;
}

}  // namespace geoneuron::views
