// SPDX-License-Identifier: MIT
#include "views/neuron_graph.hpp"

#include <algorithm>

#include "views/caption.hpp"
#include "views/caption_row.hpp"
#include "views/draw.hpp"
#include "views/glow.hpp"
#include "views/neuron_keys.hpp"
#include "views/neuron_labels.hpp"
#include "views/neuron_nodes.hpp"
#include "views/neuron_segments.hpp"
#include "views/text.hpp"
#include "views/theme.hpp"

namespace geoneuron::views {
namespace {

constexpr uint32_t kLine = 20;                    // between baselines of the legend, in pixels
constexpr uint32_t kHeader = 148, kFooter = 132;  // above and below the plot, without the legend
constexpr uint32_t kSide = 72;
constexpr uint32_t kTitleSize = 24;
constexpr uint32_t kWidthPerDepth = 235;
constexpr Rgba8 kBackground{9, 11, 16, 255};
constexpr Rgba8 kThinLine{58, 66, 80, 255};

constexpr uint32_t kCaptionTop = 30;  // from the plot to the first baseline of captions below it

struct Fonts {
  const Font* regular;
  const Font* bold;
};

// The legend's lines, above and below the plot.
struct LegendLines {
  std::vector<std::string> above, below;
};

// One picture in the making.
struct Picture {
  const NeuronScene& scene;
  NeuronLayout layout;
  PixelBox plot;
  uint32_t caption_rows;      // below the plot
  std::vector<float> limits;  // by operator
  Fonts fonts;
  LegendLines legend;
  Theme theme;
  Image canvas;
};

LegendLines make_legend(const NeuronScene& scene, bool reduced, const Font& font, uint32_t width) {
  LegendLines legend{font.wrapped(edge_legend(scene.edges), kTextSize, width),
                     font.wrapped(light_legend(scene.edges), kTextSize, width)};
  for (const std::string& sentence : {node_legend(scene, reduced), passed_over_legend(scene)})
    for (std::string& line : font.wrapped(sentence, kTextSize, width))
      legend.below.push_back(std::move(line));
  return legend;
}

uint32_t depth_count(const NeuronScene& scene) {
  return scene.columns.back().units.depth + 1;
}

std::vector<GapKind> gap_kinds(const NeuronScene& scene) {
  std::vector<GapKind> kinds(depth_count(scene) - 1, GapKind::kThin);
  for (const SceneOperator& op : scene.operators) {
    const uint32_t from = scene.columns[op.from].units.depth;
    const uint32_t to = scene.columns[op.to].units.depth;
    if (to == from + 1) kinds[from] = GapKind::kWeighted;
  }
  return kinds;
}

// Pixels right of the plot.
uint32_t right_side(const NeuronScene& scene) {
  return kSide + (is_numbered(scene, scene.columns.size() - 1) ? kNumberRoom : 0);
}

Result<NeuronLayout> place(const NeuronScene& scene, const PixelBox& plot) {
  if (plot.width < least_plot_width(depth_count(scene)))
    return invalid("width: %u layers need at least %u pixels; make it wider or select fewer layers",
                   depth_count(scene),
                   least_plot_width(depth_count(scene)) + kSide + right_side(scene));
  std::vector<ColumnUnits> units;
  for (const SceneColumn& column : scene.columns) units.push_back(column.units);
  NeuronLayout layout = lay_out(units, gap_kinds(scene), plot);
  for (size_t i = 0; i < units.size(); ++i)
    if (!fits(layout.grids[i], plot))
      return make_error(ENOTSUP, "tensor %s: its %u planes do not fit; make the picture larger",
                        scene.columns[i].name.c_str(), units[i].planes);
  return layout;
}

struct Size {
  uint32_t width, height;
};

// From one row of captions to the next.
uint32_t caption_pitch() {
  return caption_height() + 8;
}

Result<PixelBox> plot_of(const NeuronScene& scene, const Size& size, const LegendLines& legend,
                         uint32_t caption_rows) {
  constexpr uint32_t kLeast = 16;  // pixels; less shows nothing
  const uint32_t above = kHeader + kLine * static_cast<uint32_t>(legend.above.size());
  const uint32_t below = kFooter + (caption_rows - 1) * caption_pitch() +
                         kLine * static_cast<uint32_t>(legend.below.size());
  if (size.height < above + below + kLeast)
    return invalid("height=%u: the legend leaves too little room; must be at least %u here",
                   size.height, above + below + kLeast);
  return PixelBox{kSide, above, size.width - kSide - right_side(scene),
                  size.height - above - below};
}

void draw_thin_links(const Accumulation& sums, Image& canvas) {
  for (size_t i = 0; i < canvas.pixels.size(); ++i) {
    if (sums.positive[i] == 0) continue;
    const auto coverage =
        static_cast<uint32_t>(std::min<uint64_t>(80 + 25 * sums.positive[i], 255));
    canvas.pixels[i] = blend(kThinLine, canvas.pixels[i], coverage);
  }
}

// Each operator's light is equalised by itself: a layer of two thousand edges shows as well as one
// of half a million.
Result<void> draw_edges(PixelDevice& device, Picture& picture) {
  const NeuronScene& scene = picture.scene;
  draw_thin_links(GN_TRY(accumulate_thin_links(device, scene, picture.layout, picture.canvas.width,
                                               picture.canvas.height)),
                  picture.canvas);
  GlowOptions options;
  options.power = light_power(scene.edges);
  constexpr uint32_t kHalo = 16;  // room for light around the edges
  for (size_t op = 0; op < scene.operators.size(); ++op) {
    PixelBox box = box_of(scene, picture.layout, op);
    box = {box.x - kHalo, box.y - kHalo, box.width + 2 * kHalo, box.height + 2 * kHalo};
    const Accumulation sums =
        GN_TRY(accumulate_edges(device, scene, picture.layout, op, picture.limits[op], box));
    add_light(make_light(sums, options), picture.canvas, box.x, box.y);
  }
  return {};
}

Result<void> draw_nodes(PixelDevice& device, Picture& picture) {
  for (size_t i = 0; i < picture.scene.columns.size(); ++i) {
    const PlaneGrid& grid = picture.layout.grids[i];
    for (uint32_t plane = 0; plane < grid.units.planes; ++plane)
      frame(picture.canvas,
            {static_cast<int32_t>(grid.plane_x(plane)), static_cast<int32_t>(grid.plane_y(plane)),
             static_cast<int32_t>(grid.plane_width()), static_cast<int32_t>(grid.plane_height())},
            picture.theme.line);
    GN_TRY(paint_nodes(device, picture.scene.columns[i].values, grid, picture.canvas));
    if (is_numbered(picture.scene, i))
      draw_numbers(picture.canvas, *picture.fonts.regular, *picture.fonts.bold, picture.theme,
                   picture.scene.columns[i], grid);
  }
  return {};
}

// Lines of text around a middle; the first item is bright.
void draw_caption(Picture& picture, const std::vector<std::string>& items, uint32_t middle,
                  uint32_t baseline, uint32_t width) {
  const Fonts& fonts = picture.fonts;
  for (const CaptionLine& line : fit_caption(items, width, {*fonts.bold, *fonts.regular})) {
    const Font& font = line.is_name ? *fonts.bold : *fonts.regular;
    const Rgba8 colour = line.is_name ? picture.theme.text : picture.theme.secondary;
    font.draw_centred(picture.canvas, static_cast<int32_t>(middle),
                      static_cast<int32_t>(baseline + line.baseline), line.text, line.size, colour);
  }
}

std::vector<uint32_t> slot_middles(const NeuronLayout& layout) {
  std::vector<uint32_t> middles;
  for (const PixelBox& slot : layout.slots) middles.push_back(slot.x + slot.width / 2);
  return middles;
}

// One caption for each depth.
std::vector<std::vector<std::string>> column_captions(const NeuronScene& scene) {
  std::vector<std::vector<std::string>> captions;
  for (uint32_t depth = 0; depth < depth_count(scene); ++depth) {
    const auto same = [depth](const SceneColumn& column) { return column.units.depth == depth; };
    const auto first = std::ranges::find_if(scene.columns, same);
    const auto count = std::ranges::count_if(scene.columns, same);
    captions.push_back(column_caption(*first));
    if (count > 1) captions.back() = {first->name, "and " + std::to_string(count - 1) + " more"};
  }
  return captions;
}

// Two where captions in one would have to be broken.
uint32_t caption_rows(const NeuronScene& scene, const NeuronLayout& layout, const Fonts& fonts,
                      uint32_t canvas_width) {
  const auto captions = column_captions(scene);
  const auto places = place_captions(slot_middles(layout), canvas_width, 1);
  for (size_t i = 0; i < captions.size(); ++i)
    if (!fits_unbroken(captions[i], places[i].width, {*fonts.bold, *fonts.regular})) return 2;
  return 1;
}

void draw_column_captions(Picture& picture) {
  const auto captions = column_captions(picture.scene);
  const auto places =
      place_captions(slot_middles(picture.layout), picture.canvas.width, picture.caption_rows);
  const uint32_t bottom = picture.plot.y + picture.plot.height;
  for (size_t i = 0; i < captions.size(); ++i) {
    const uint32_t baseline = bottom + kCaptionTop + places[i].row * caption_pitch();
    if (places[i].row > 0)
      fill(picture.canvas,
           {static_cast<int32_t>(places[i].middle), static_cast<int32_t>(bottom + 8), 1,
            static_cast<int32_t>(baseline - bottom - 8 - kTextSize - 2)},
           kThinLine);
    draw_caption(picture, captions[i], places[i].middle, baseline, places[i].width);
  }
}

// Operators between neighbouring depths; more than one in a gap share a caption.
void draw_operator_captions(Picture& picture) {
  const size_t depths = picture.layout.slots.size();
  const NeuronScene& scene = picture.scene;
  std::vector<std::vector<size_t>> by_gap(depths);
  for (size_t i = 0; i < scene.operators.size(); ++i)
    by_gap[scene.columns[scene.operators[i].to].units.depth].push_back(i);
  std::vector<uint32_t> middles;
  std::vector<std::vector<std::string>> captions;
  for (size_t depth = 1; depth < depths; ++depth) {
    if (by_gap[depth].empty()) continue;
    const PixelBox &left = picture.layout.slots[depth - 1], &right = picture.layout.slots[depth];
    middles.push_back((left.x + left.width + right.x) / 2);
    const size_t i = by_gap[depth].front();
    captions.push_back(operator_caption(scene.operators[i].name, scene.edges.groups[i], scene.edges,
                                        picture.limits[i]));
    if (by_gap[depth].size() == 1) continue;
    uint64_t edges = 0;
    for (const size_t op : by_gap[depth]) edges += scene.edges.groups[op].total;
    captions.back() = {std::to_string(by_gap[depth].size()) + " operators",
                       grouped_digits(edges) + " edges"};
  }
  const auto places = place_captions(middles, picture.canvas.width, 1);
  for (size_t i = 0; i < middles.size(); ++i)
    draw_caption(picture, captions[i], middles[i], picture.plot.y - 56, places[i].width);
}

void draw_legend(Picture& picture, const std::string& title) {
  uint32_t baseline = 46;
  picture.fonts.bold->draw(picture.canvas, kMargin, 46, title, kTitleSize, picture.theme.text);
  const auto line = [&](const std::string& text) {
    picture.fonts.regular->draw(picture.canvas, kMargin, static_cast<int32_t>(baseline), text,
                                kTextSize, picture.theme.secondary);
    baseline += kLine;
  };
  baseline += 26;
  for (const std::string& text : picture.legend.above) line(text);
  baseline =
      picture.plot.y + picture.plot.height + 102 + (picture.caption_rows - 1) * caption_pitch();
  for (const std::string& text : picture.legend.below) line(text);
  draw_keys(picture.canvas, *picture.fonts.regular, picture.theme, picture.scene,
            static_cast<int32_t>(baseline + 4));
}

Size canvas_size(const NeuronScene& scene, const ViewParameters& parameters) {
  const auto wanted = parameters.integer("width");
  const uint32_t natural =
      std::clamp(depth_count(scene) * kWidthPerDepth + 2 * kSide, 1200u, 8192u);
  return {wanted ? static_cast<uint32_t>(*wanted) : natural,
          static_cast<uint32_t>(parameters.integer("height").value_or(1350))};
}

EdgeOptions edge_options(const ViewParameters& parameters) {
  EdgeOptions options;
  if (parameters.is("level", "unit")) options.level = EdgeLevel::kUnit;
  if (parameters.is("level", "channel")) options.level = EdgeLevel::kChannel;
  options.value = parameters.is("value", "weight") ? EdgeValue::kWeight : EdgeValue::kFlow;
  if (const auto top = parameters.integer("top")) options.top = static_cast<uint64_t>(*top);
  return options;
}

Result<std::vector<std::string>> needs(const perception::Graph& graph,
                                       std::span<const std::string> selected,
                                       const ViewParameters&) {
  const ColumnGraph columns = GN_TRY(select_columns(graph, selected));
  return scene_needs(graph, columns);
}

Result<Image> render_graph(PixelDevice& device, const ViewRequest& request,
                           const ViewParameters& parameters) {
  const NeuronScene scene = GN_TRY(make_scene(request, edge_options(parameters)));
  const Size size = canvas_size(scene, parameters);
  const Fonts fonts{GN_TRY(Font::get()), GN_TRY(Font::get(FontWeight::kBold))};
  const uint32_t room = size.width - 2 * kMargin;
  LegendLines legend = make_legend(scene, false, *fonts.regular, room);
  PixelBox plot = GN_TRY(plot_of(scene, size, legend, 1));
  NeuronLayout layout = GN_TRY(place(scene, plot));
  const bool reduced =
      std::ranges::any_of(layout.grids, [](const auto& grid) { return grid.reduction > 1; });
  const uint32_t rows = caption_rows(scene, layout, fonts, size.width);
  // More words leave less room: maps that were reduced stay so, and captions stay in two rows.
  if (reduced || rows > 1) {
    legend = make_legend(scene, reduced, *fonts.regular, room);
    plot = GN_TRY(plot_of(scene, size, legend, rows));
    layout = GN_TRY(place(scene, plot));
  }
  Picture picture{scene,
                  std::move(layout),
                  plot,
                  rows,
                  edge_limits(scene.edges),
                  fonts,
                  std::move(legend),
                  Theme::named("dark"),
                  Image::filled(size.width, size.height, kBackground)};
  GN_TRY(draw_edges(device, picture));
  GN_TRY(draw_nodes(device, picture));
  draw_operator_captions(picture);
  draw_column_captions(picture);
  const std::string& name = request.graph->name;
  const std::string title = "Neuron graph" + (name.empty() ? "" : " of " + name);
  draw_legend(picture, fonts.bold->fitted(title, kTitleSize, room));
  return std::move(picture.canvas);
}

}  // namespace

ViewDefinition neuron_graph_view() {
  ViewDefinition view;
  view.name = "neuron_graph";
  view.description =
      "The network as columns of units, with an edge for every weight that glows with what flows "
      "through it.";
  view.parameters = {
      ViewParameter::choice("level", "auto", {"auto", "unit", "channel"},
                            "edges between elements or between channels; auto takes units up to "
                            "4,194,304 edges"),
      ViewParameter::choice("value", "flow", {"flow", "weight"},
                            "what an edge shows: weight times activation, or |weight|"),
      ViewParameter::integer("top", "all", 1, static_cast<int64_t>(kMaximumEdges),
                             "draw only so many edges, the largest", {"all"}),
      ViewParameter::integer("width", "auto", 800, 8192, "of the picture in pixels", {"auto"}),
      ViewParameter::integer("height", "1350", 600, 2048, "of the picture in pixels")};
  view.needs_selection = false;
  view.needs = needs;
  view.render = render_graph;
  return view;
}

}  // namespace geoneuron::views
