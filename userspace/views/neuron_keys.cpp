// SPDX-License-Identifier: MIT
#include "views/neuron_keys.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "views/draw.hpp"
#include "views/glow.hpp"
#include "views/neuron_labels.hpp"
#include "views/neuron_nodes.hpp"

namespace geoneuron::views {
namespace {

constexpr uint64_t kMostNumbered = 32;  // units that have room for a line of text each
constexpr uint32_t kNumberSize = 13;
constexpr int32_t kSwatch = 12;

Rgba8 edge_key(uint32_t i) {
  return i < 128 ? cool_colour(static_cast<uint8_t>(255 - 2 * i))
                 : warm_colour(static_cast<uint8_t>(2 * i - 255));
}

Rgba8 warm_key(uint32_t i) {
  return warm_colour(static_cast<uint8_t>(i));
}

Rgba8 node_key(uint32_t i) {
  return ember_palette().colours[i];
}

// Words and colours one after the other, from the margin to the right.
class KeyLine {
 public:
  KeyLine(Image& canvas, const Font& font, const Theme& theme, int32_t baseline)
      : canvas_(canvas), font_(font), theme_(theme), baseline_(baseline) {}

  // A strip of colours with words at its ends.
  void strip(const std::string& low, const std::string& high, Rgba8 (*colour)(uint32_t)) {
    write(low, 8);
    for (uint32_t i = 0; i < 256; i += 2)
      fill(canvas_, {x_ + static_cast<int32_t>(i / 2), baseline_ - 11, 1, 12}, colour(i));
    x_ += 136;
    write(high, 36);
  }
  void mark(const LegendMark& mark) {
    fill(canvas_, {x_, baseline_ - 11, kSwatch, kSwatch}, mark.colour);
    x_ += kSwatch + 8;
    write(mark.text, 24);
  }

 private:
  void write(const std::string& text, int32_t space) {
    x_ = font_.draw(canvas_, x_, baseline_, text, kTextSize, theme_.secondary) + space;
  }

  Image& canvas_;
  const Font& font_;
  const Theme& theme_;
  int32_t x_ = kMargin;
  int32_t baseline_;
};

}  // namespace

bool is_numbered(const NeuronScene& scene, size_t column) {
  const ColumnUnits& units = scene.columns[column].units;
  const bool is_last = units.depth == scene.columns.back().units.depth;
  return is_last && units.count() == units.planes && units.planes <= kMostNumbered;
}

std::string value_text(float value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", std::fabs(static_cast<double>(value)));
  return (value < 0 ? "−" : "") + std::string(text.data());
}

void draw_numbers(Image& canvas, const Font& regular, const Font& bold, const Theme& theme,
                  const SceneColumn& column, const PlaneGrid& grid) {
  // Columns whose planes stand side by side have no room beside each.
  if (grid.across > 1) return;
  const auto is_less = [](float a, float b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
  const auto largest = std::ranges::max_element(column.values, is_less);
  const uint32_t digits = regular.width(std::to_string(column.values.size() - 1), kNumberSize);
  const auto left = static_cast<int32_t>(grid.x + grid.width() + 9);
  for (uint32_t i = 0; i < column.values.size(); ++i) {
    const float value = column.values[i];
    const bool wins = column.values.begin() + i == largest && !std::isnan(value);
    const Font& font = wins ? bold : regular;
    const Rgba8 colour = wins ? theme.text : theme.secondary;
    const auto baseline = static_cast<int32_t>(grid.plane_y(i) + grid.plane_height() / 2 + 5);
    const int32_t middle = left + static_cast<int32_t>(digits);
    font.draw_right(canvas, middle, baseline, std::to_string(i), kNumberSize, colour);
    font.draw(canvas, middle + 9, baseline, value_text(value), kNumberSize, colour);
  }
}

std::vector<LegendMark> special_nodes(const NeuronScene& scene) {
  uint64_t nan = 0, positive = 0, negative = 0;
  for (const SceneColumn& column : scene.columns)
    for (const float value : column.values) {
      nan += std::isnan(value) ? 1 : 0;
      positive += std::isinf(value) && value > 0 ? 1 : 0;
      negative += std::isinf(value) && value < 0 ? 1 : 0;
    }
  const Palette& palette = ember_palette();
  std::vector<LegendMark> marks;
  const auto add = [&](uint64_t count, const Rgba8& colour, const char* what) {
    if (count > 0)
      marks.push_back({colour, grouped_digits(count) + (count == 1 ? " node " : " nodes ") + what});
  };
  add(nan, palette.nan, "NaN");
  add(positive, palette.positive_infinity, "+∞");
  add(negative, palette.negative_infinity, "−∞");
  return marks;
}

void draw_keys(Image& canvas, const Font& font, const Theme& theme, const NeuronScene& scene,
               int32_t baseline) {
  KeyLine line(canvas, font, theme, baseline);
  if (scene.edges.drawn > 0 && scene.edges.value == EdgeValue::kWeight)
    line.strip("edges 0", "+", warm_key);
  else if (scene.edges.drawn > 0)
    line.strip("edges −", "+", edge_key);
  const bool has_finite = std::ranges::any_of(scene.columns, [](const SceneColumn& column) {
    return std::ranges::any_of(column.values, [](float value) { return std::isfinite(value); });
  });
  if (has_finite) line.strip("nodes −limit", "+limit", node_key);
  for (const LegendMark& mark : special_nodes(scene)) line.mark(mark);
}

}  // namespace geoneuron::views
