// SPDX-License-Identifier: MIT
#include "views/histogram_view.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "views/axis.hpp"
#include "views/distribution.hpp"
#include "views/layer_maps.hpp"
#include "views/page.hpp"

namespace geoneuron::views {
namespace {

constexpr uint32_t kPlotWidth = 768, kPlotHeight = 240;
constexpr uint32_t kLeft = 58;     // for the counts
constexpr uint32_t kBelow = 26;    // for the values
constexpr uint32_t kHeading = 26;  // for the tensor's name, where there are several
constexpr uint32_t kBetween = 30;  // panels
constexpr uint32_t kAboveLegend = 8;
constexpr uint32_t kAutomaticBins = 96;

struct Panel {
  std::string heading;
  Distribution distribution;
  Legend legend;
};

// Maps values to columns and counts to heights of one plot.
class Plot {
 public:
  Plot(const Distribution& distribution, bool logarithmic, Rectangle area)
      : distribution_(distribution), logarithmic_(logarithmic), area_(area) {
    const auto& bins = distribution.bins;
    most_ = std::max<uint64_t>(*std::max_element(bins.begin(), bins.end()), 1);
  }

  uint64_t most() const { return most_; }
  const Rectangle& area() const { return area_; }

  int32_t x(double value) const {
    const double part = (value - distribution_.low) / (distribution_.high - distribution_.low);
    return area_.x + static_cast<int32_t>(std::lround(part * (area_.width - 1)));
  }

  // On the logarithmic axis half a value is the ground, so that one value can be seen.
  int32_t height(double count) const {
    if (count <= 0) return 0;
    const double most = static_cast<double>(most_) * 1.05;
    const double part = logarithmic_ ? std::log(count * 2) / std::log(most * 2) : count / most;
    return std::max(1, static_cast<int32_t>(std::lround(part * area_.height)));
  }

  std::vector<double> count_ticks() const {
    if (!logarithmic_) return round_ticks(0, static_cast<double>(most_) * 1.05, 4);
    std::vector<double> ticks;
    for (int power = 0; std::pow(10, power) <= static_cast<double>(most_) * 1.05; ++power)
      ticks.push_back(std::pow(10, power));
    return ticks;
  }

 private:
  const Distribution& distribution_;
  bool logarithmic_;
  Rectangle area_;
  uint64_t most_;
};

void draw_axes(Image& image, const Font& font, const Plot& plot, const Distribution& distribution,
               const Theme& theme) {
  const Rectangle& area = plot.area();
  const int32_t bottom = area.y + area.height;
  int32_t last_label = bottom + 100;
  for (const double tick : plot.count_ticks()) {
    if (tick != std::floor(tick)) continue;
    const int32_t y = bottom - (tick == 0 ? 0 : plot.height(tick));
    fill(image, {area.x, y, area.width, 1}, theme.line);
    if (last_label - y < 16) continue;
    last_label = y;
    font.draw_right(image, area.x - 8, y + 4, count_text(static_cast<uint64_t>(tick)), kSmallSize,
                    theme.secondary);
  }
  for (const double tick : round_ticks(distribution.low, distribution.high, 7)) {
    const int32_t x = plot.x(tick);
    fill(image, {x, bottom + 1, 1, 4}, theme.line);
    font.draw_centred(image, x, bottom + 18, short_number(tick), kSmallSize, theme.secondary);
  }
}

void draw_bars(Image& image, const Plot& plot, const Distribution& distribution,
               const Theme& theme) {
  const Rectangle& area = plot.area();
  const auto count = static_cast<int64_t>(distribution.bins.size());
  for (int64_t i = 0; i < count; ++i) {
    const auto left = static_cast<int32_t>(i * area.width / count);
    const auto right = static_cast<int32_t>((i + 1) * area.width / count);
    const int32_t gap = right - left >= 4 ? 1 : 0;
    const int32_t height =
        plot.height(static_cast<double>(distribution.bins[static_cast<size_t>(i)]));
    fill(image,
         {area.x + left, area.y + area.height - height, std::max(1, right - left - gap), height},
         theme.accent);
  }
  fill(image, {area.x, area.y + area.height, area.width, 1}, theme.secondary);
}

void draw_mark(Image& image, const Plot& plot, const Distribution& distribution, double value,
               Rgba8 colour) {
  if (value < distribution.low || value > distribution.high) return;
  const Rectangle& area = plot.area();
  fill(image, {plot.x(value) - 1, area.y, 2, area.height}, colour);
}

void draw_panel(Image& image, const Font& font, const Font& bold, const Panel& panel,
                Rectangle area, bool logarithmic, const Theme& theme) {
  if (!panel.heading.empty()) {
    bold.draw(image, area.x, area.y + 14, panel.heading, kTextSize, theme.text);
    area.y += static_cast<int32_t>(kHeading);
  }
  const Rectangle inner{area.x + static_cast<int32_t>(kLeft), area.y,
                        static_cast<int32_t>(kPlotWidth), static_cast<int32_t>(kPlotHeight)};
  fill(image, inner, theme.panel);
  const Plot plot(panel.distribution, logarithmic, inner);
  if (panel.distribution.statistics.finite == 0) {
    font.draw_centred(image, inner.x + inner.width / 2, inner.y + inner.height / 2,
                      "no finite values", kTextSize, theme.secondary);
    return;
  }
  draw_axes(image, font, plot, panel.distribution, theme);
  draw_bars(image, plot, panel.distribution, theme);
  draw_mark(image, plot, panel.distribution, panel.distribution.median, theme.text);
  draw_mark(image, plot, panel.distribution, panel.distribution.mean, theme.highlight);
}

Legend legend_of(const Distribution& distribution, const Theme& theme) {
  Legend legend;
  const KeyStatistics& all = distribution.statistics;
  if (all.finite > 0) {
    legend.marks.push_back({theme.highlight, "mean " + short_number(distribution.mean)});
    legend.marks.push_back({theme.text, "median " + short_number(distribution.median)});
  }
  std::string line =
      std::to_string(all.finite) + (all.finite == 1 ? " finite value" : " finite values");
  if (all.finite > 0)
    line += " from " + short_number(value_of_key(all.minimum_key)) + " to " +
            short_number(value_of_key(all.maximum_key)) + ", standard deviation " +
            short_number(distribution.deviation) + ", in " +
            std::to_string(distribution.bins.size()) + " bins";
  legend.lines.push_back(line + ".");
  if (distribution.below + distribution.above > 0)
    legend.lines.push_back("Beyond the axis: " + std::to_string(distribution.below) +
                           " values below, " + std::to_string(distribution.above) + " above.");
  if (all.nan + all.positive_infinity + all.negative_infinity > 0)
    legend.lines.push_back("Not counted: " + std::to_string(all.nan) + " NaN, " +
                           std::to_string(all.positive_infinity) + " +infinity, " +
                           std::to_string(all.negative_infinity) + " \u2212infinity.");
  return legend;
}

Result<Panel> make_panel(PixelDevice& device, const ViewRequest& request, const std::string& name,
                         const ViewParameters& parameters, const Theme& theme) {
  const auto sample = parameters.integer("sample");
  const LayerMaps layer =
      GN_TRY(LayerMaps::from(request, name, static_cast<uint64_t>(sample.value_or(0))));
  DistributionRequest wanted;
  wanted.range = sample ? layer.layer_range() : ElementRange{0, layer.elements().size()};
  wanted.bins = static_cast<uint32_t>(parameters.integer("bins").value_or(kAutomaticBins));
  wanted.low = parameters.number("low");
  wanted.high = parameters.number("high");
  Panel panel;
  panel.distribution = GN_TRY(Distribution::of(device, layer.elements(), wanted));
  panel.legend = legend_of(panel.distribution, theme);
  panel.heading = name + " \u00b7 " + layer.shape_text();
  return panel;
}

uint32_t panel_height(const Panel& panel) {
  return (panel.heading.empty() ? 0 : kHeading) + kPlotHeight + kBelow;
}

// From `y` down; returns where it ends.
Result<int32_t> draw_panel_and_legend(Page& page, const Panel& panel, int32_t y,
                                      const ViewParameters& parameters, const Theme& theme) {
  const Rectangle area{page.content.x, y, static_cast<int32_t>(kLeft + kPlotWidth), 0};
  draw_panel(page.image, *GN_TRY(Font::get()), *GN_TRY(Font::get(FontWeight::kBold)), panel, area,
             parameters.is("y", "log"), theme);
  y += static_cast<int32_t>(panel_height(panel));
  if (!parameters.is("legend", "on")) return y;
  y += kAboveLegend;
  const auto x = static_cast<uint32_t>(page.content.x) + kLeft;
  GN_TRY(panel.legend.draw(page.image, theme, x, static_cast<uint32_t>(y), kPlotWidth));
  return y + static_cast<int32_t>(GN_TRY(panel.legend.height(kPlotWidth)));
}

Result<Image> render_histogram(PixelDevice& device, const ViewRequest& request,
                               const ViewParameters& parameters) {
  if (request.selected.empty()) return invalid("no tensor is selected; select at least one");
  PageOptions options;
  options.theme = Theme::named(parameters.text("background"));
  const bool explained = parameters.is("legend", "on");
  std::vector<Panel> panels;
  uint64_t height = 0;
  for (const std::string& name : request.selected) {
    panels.push_back(GN_TRY(make_panel(device, request, name, parameters, options.theme)));
    Panel& panel = panels.back();
    if (request.selected.size() == 1) std::swap(options.subtitle, panel.heading);
    height += panel_height(panel) + (panels.size() > 1 ? kBetween : 0);
    if (explained) height += kAboveLegend + GN_TRY(panel.legend.height(kPlotWidth));
  }
  options.title =
      parameters.text("title").empty() ? "Distribution of values" : parameters.text("title");
  options.content_width = kLeft + kPlotWidth;
  options.content_height = static_cast<uint32_t>(std::min<uint64_t>(height, UINT32_MAX));
  Page page = GN_TRY(Page::create(options));
  int32_t y = page.content.y;
  for (const Panel& panel : panels)
    y = GN_TRY(draw_panel_and_legend(page, panel, y, parameters, options.theme)) +
        static_cast<int32_t>(kBetween);
  return std::move(page.image);
}

}  // namespace

namespace {

Result<void> check_axis(const ViewParameters& parameters) {
  const auto low = parameters.number("low"), high = parameters.number("high");
  if (!low || !high || static_cast<float>(*low) < static_cast<float>(*high)) return {};
  return invalid("parameter low: %s: must be below high, %s", parameters.text("low").c_str(),
                 parameters.text("high").c_str());
}

}  // namespace

ViewDefinition histogram_view() {
  ViewDefinition view;
  view.name = "histogram";
  view.description = "How the values of tensors are distributed, one plot for each.";
  view.parameters = {
      ViewParameter::choice("y", "linear", {"linear", "log"}, "axis of counts"),
      ViewParameter::integer("bins", "auto", 1, 768, "bars", {"auto"}),
      ViewParameter::number("low", "auto", -FLT_MAX, FLT_MAX,
                            "left end of the axis (auto: the smallest value)", {"auto"}),
      ViewParameter::number("high", "auto", -FLT_MAX, FLT_MAX,
                            "right end of the axis (auto: the largest value)", {"auto"}),
      ViewParameter::integer("sample", "all", 0, INT32_MAX, "index on the batch axis", {"all"}),
  };
  for (ViewParameter& parameter : page_parameters())
    view.parameters.push_back(std::move(parameter));
  view.check = check_axis;
  view.needs = [](const perception::Graph& graph, std::span<const std::string> selected,
                  const ViewParameters&) { return selected_without_constants(graph, selected); };
  view.render = render_histogram;
  return view;
}

}  // namespace geoneuron::views
