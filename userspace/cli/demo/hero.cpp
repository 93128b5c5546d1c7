// SPDX-License-Identifier: MIT
#include "cli/demo/hero.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/demo/hero_sheets.hpp"
#include "views/draw.hpp"
#include "views/glow.hpp"
#include "views/neuron_labels.hpp"
#include "views/neuron_segments.hpp"
#include "views/text.hpp"

namespace geoneuron::cli::demo {
namespace {

using views::Font;
using views::Image;
using views::NeuronScene;
using views::Rgba8;

constexpr Rgba8 kText{236, 240, 248, 255}, kSecondary{140, 151, 170, 255};
constexpr Rgba8 kGlass{4, 5, 9, 168}, kRim{150, 166, 198, 190}, kEmber{255, 176, 84, 255};
constexpr size_t kManyEdges = 100'000;
constexpr double kBarLeft = 1996, kBarWidth = 176, kBarTop = 346, kBarPitch = 80;

// A dark room: a little blue light from the middle, darker towards the corners.
Image background(uint32_t width, uint32_t height) {
  Image canvas = Image::filled(width, height, {});
  for (uint32_t y = 0; y < height; ++y)
    for (uint32_t x = 0; x < width; ++x) {
      const int64_t dx = int64_t{x} * 2 - width, dy = int64_t{y} * 2 - height;
      const int64_t far = (dx * dx * 1000 / width / width) + (dy * dy * 1000 / height / height);
      const int64_t light = std::max<int64_t>(0, 1000 - far * 7 / 10);
      // Ordered noise of less than a step hides the bands of so dark a gradient.
      const auto shade = [&](int64_t most) {
        const int64_t noise = (x * 29 + y * 17) % 16 * 1000 / 16;
        return static_cast<uint8_t>(3 + (most * light + noise) / 1000);
      };
      canvas.at(x, y) = {shade(4), shade(6), shade(13), 255};
    }
  return canvas;
}

Image halved(const Image& source) {
  Image half = Image::filled(source.width / 2, source.height / 2, {});
  for (uint32_t y = 0; y < half.height; ++y)
    for (uint32_t x = 0; x < half.width; ++x) {
      const Rgba8 a = source.at(2 * x, 2 * y), b = source.at(2 * x + 1, 2 * y);
      const Rgba8 c = source.at(2 * x, 2 * y + 1), d = source.at(2 * x + 1, 2 * y + 1);
      const auto mean = [&](uint8_t Rgba8::*channel) {
        return static_cast<uint8_t>((a.*channel + b.*channel + c.*channel + d.*channel + 2) / 4);
      };
      half.at(x, y) = {mean(&Rgba8::red), mean(&Rgba8::green), mean(&Rgba8::blue), 255};
    }
  return half;
}

Point class_on_screen(uint32_t number) {
  return {kBarLeft * kOversampling, (kBarTop + kBarPitch * number) * kOversampling};
}

// The part of the canvas that lines between these points and their halo may touch.
views::PixelBox box_around(const std::vector<views::FixedPoint>& starts,
                           const std::vector<views::FixedPoint>& ends, uint32_t width,
                           uint32_t height) {
  constexpr int32_t kHalo = 40;
  int32_t left = INT32_MAX, top = INT32_MAX, right = 0, bottom = 0;
  for (const auto* points : {&starts, &ends})
    for (const views::FixedPoint& point : *points) {
      left = std::min(left, point.x / 256 - kHalo);
      top = std::min(top, point.y / 256 - kHalo);
      right = std::max(right, point.x / 256 + kHalo);
      bottom = std::max(bottom, point.y / 256 + kHalo);
    }
  left = std::max(left, 0);
  top = std::max(top, 0);
  right = std::min(right, static_cast<int32_t>(width));
  bottom = std::min(bottom, static_cast<int32_t>(height));
  return {static_cast<uint32_t>(left), static_cast<uint32_t>(top),
          static_cast<uint32_t>(right - left), static_cast<uint32_t>(bottom - top)};
}

std::vector<views::Segment> segments_of(const std::vector<views::DrawnEdge>& edges,
                                        const std::vector<views::FixedPoint>& starts,
                                        const std::vector<views::FixedPoint>& ends,
                                        const views::PixelBox& box) {
  float limit = 0;
  for (const views::DrawnEdge& edge : edges)
    limit = std::max({limit, edge.positive, -edge.negative});
  const auto left = static_cast<int32_t>(box.x * 256), top = static_cast<int32_t>(box.y * 256);
  std::vector<views::Segment> segments;
  segments.reserve(edges.size());
  for (const views::DrawnEdge& edge : edges)
    for (const float value : {edge.positive, edge.negative})
      if (value != 0)
        segments.push_back({starts[edge.source].x - left, starts[edge.source].y - top,
                            ends[edge.target].x - left, ends[edge.target].y - top,
                            views::segment_weight(value, limit)});
  return segments;
}

// Each pixel as a square of four.
views::Light doubled(const views::Light& light) {
  views::Light result{light.width * 2, light.height * 2, {}};
  result.pixels.resize(light.pixels.size() * 4);
  for (uint32_t y = 0; y < result.height; ++y)
    for (uint32_t x = 0; x < result.width; ++x)
      result.pixels[size_t{y} * result.width + x] =
          light.pixels[size_t{y / 2} * light.width + x / 2];
  return result;
}

// Draws one hero picture; everything but the words is at twice the final size.
class Hero {
 public:
  Hero(views::PixelDevice& device, const NeuronScene& scene, std::vector<float> probabilities)
      : device_(device),
        scene_(scene),
        probabilities_(std::move(probabilities)),
        canvas_(background(kHeroWidth * kOversampling, kHeroHeight * kOversampling)) {}

  Result<Image> draw(const HeroText& text) {
    sheets_ = GN_TRY(place_sheets(scene_));
    for (size_t op = 0; op < scene_.operators.size(); ++op) GN_TRY(draw_flow(op));
    for (const LayerSheet& sheet : sheets_) GN_TRY(draw_layer(sheet));
    draw_bars();
    canvas_ = halved(canvas_);
    GN_TRY(draw_words(text));
    return std::move(canvas_);
  }

 private:
  Result<void> draw_flow(size_t op);
  Result<void> draw_layer(const LayerSheet& sheet);
  void draw_bars();
  Result<void> draw_words(const HeroText& text);
  void draw_captions(const Font& regular, const Font& bold);
  void draw_classes(const Font& regular, const Font& bold);
  uint32_t best_class() const {
    return static_cast<uint32_t>(std::ranges::max_element(probabilities_) - probabilities_.begin());
  }

  views::PixelDevice& device_;
  const NeuronScene& scene_;
  std::vector<float> probabilities_;
  std::vector<LayerSheet> sheets_;
  Image canvas_;
};

Result<void> Hero::draw_flow(size_t op) {
  const LayerSheet& from = sheets_[op];
  const views::ColumnUnits& sources = scene_.columns[scene_.operators[op].from].units;
  const views::ColumnUnits& targets = scene_.columns[scene_.operators[op].to].units;
  const auto& edges = scene_.edges.groups[op].edges;
  // Many lines smooth each other and are added up at the final size, at half the work.
  const uint32_t coarseness = edges.size() > kManyEdges ? kOversampling : 1;
  std::vector<views::FixedPoint> starts, ends;
  for (uint32_t i = 0; i < sources.count(); ++i)
    starts.push_back(fixed(unit_on_screen(from, sources, i), coarseness));
  const bool last = op + 1 == sheets_.size();
  for (uint32_t i = 0; i < targets.count(); ++i)
    ends.push_back(
        fixed(last ? class_on_screen(i) : unit_on_screen(sheets_[op + 1], targets, i), coarseness));
  const views::PixelBox box =
      box_around(starts, ends, canvas_.width / coarseness, canvas_.height / coarseness);
  const views::Accumulation sums =
      GN_TRY(device_.accumulate(segments_of(edges, starts, ends, box), box.width, box.height));
  views::GlowOptions options;
  options.power = 4;
  options.halo_radius = 8 / coarseness;
  options.halo_percent = 16;
  views::Light light = views::make_light(sums, options);
  if (coarseness > 1) light = doubled(light);
  views::add_light(light, canvas_, box.x * coarseness, box.y * coarseness);
  return {};
}

Result<void> Hero::draw_layer(const LayerSheet& sheet) {
  const Image maps = GN_TRY(paint_sheet(device_, sheet, scene_.columns[sheet.columns[0]]));
  TiltedSheet glass = sheet.place;
  glass.width += 28 * kOversampling;
  glass.height += 28 * kOversampling;
  draw_sheet(canvas_, glass, Image::filled(1, 1, kGlass), 255);
  draw_outline(canvas_, glass, kRim, kOversampling);
  draw_sheet(canvas_, sheet.place, maps, 244);
  return {};
}

void Hero::draw_bars() {
  const uint32_t best = best_class();
  for (uint32_t i = 0; i < probabilities_.size(); ++i) {
    const Point start = class_on_screen(i);
    const auto x = static_cast<int32_t>(start.x), y = static_cast<int32_t>(start.y);
    const int32_t radius = 9 * kOversampling;
    for (int32_t dy = -radius; dy <= radius; ++dy)
      for (int32_t dx = -radius; dx <= radius; ++dx)
        if (dx * dx + dy * dy <= radius * radius)
          views::fill(canvas_, {x + dx, y + dy, 1, 1}, i == best ? kEmber : kSecondary);
    const auto bar = static_cast<int32_t>(
        std::lround(kBarWidth * kOversampling * static_cast<double>(probabilities_[i])));
    const int32_t left = x + int32_t{66 * kOversampling}, half = 7 * kOversampling;
    const auto track = static_cast<int32_t>(kBarWidth * kOversampling);
    views::fill(canvas_, {left, y - half, track, 2 * half}, {34, 40, 54, 255});
    views::fill(canvas_,
                {left, y - half, std::max(bar, 2 * static_cast<int32_t>(kOversampling)), 2 * half},
                i == best ? kEmber : Rgba8{92, 106, 132, 255});
  }
}

void Hero::draw_classes(const Font& regular, const Font& bold) {
  const uint32_t best = best_class();
  for (uint32_t i = 0; i < probabilities_.size(); ++i) {
    const Point start = class_on_screen(i);
    const auto x = static_cast<int32_t>(start.x / kOversampling);
    const auto y = static_cast<int32_t>(start.y / kOversampling);
    const bool wins = i == best;
    (wins ? bold : regular)
        .draw_centred(canvas_, x + 40, y + 12, std::to_string(i), 32, wins ? kText : kSecondary);
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.1f %%", 100 * static_cast<double>(probabilities_[i]));
    (wins ? bold : regular)
        .draw_right(canvas_, static_cast<int32_t>(kHeroWidth) - 60, y + 8, percent, 22,
                    wins ? kEmber : kSecondary);
  }
}

void Hero::draw_captions(const Font& regular, const Font& bold) {
  for (size_t i = 0; i < sheets_.size(); ++i) {
    const views::SceneColumn& column = scene_.columns[sheets_[i].columns[0]];
    const auto x = static_cast<int32_t>(sheets_[i].place.on_screen({0.5, 0.5}).x / kOversampling);
    bold.draw_centred(canvas_, x, 1182, column.name, 22, kText);
    regular.draw_centred(canvas_, x, 1212, views::shape_caption(column.shape), 20, kSecondary);
  }
  for (size_t op = 0; op < scene_.operators.size(); ++op) {
    const double left = sheets_[op].place.on_screen({1, 0.5}).x;
    const double right = op + 1 < sheets_.size() ? sheets_[op + 1].place.on_screen({0, 0.5}).x
                                                 : class_on_screen(0).x;
    const auto x = static_cast<int32_t>((left + right) / 2 / kOversampling);
    bold.draw_centred(canvas_, x, 1182, scene_.operators[op].name, 18, kEmber);
    regular.draw_centred(canvas_, x, 1212,
                         views::grouped_digits(scene_.edges.groups[op].total) + " edges", 17,
                         kSecondary);
  }
}

Result<void> Hero::draw_words(const HeroText& text) {
  const Font& regular = *GN_TRY(Font::get());
  const Font& bold = *GN_TRY(Font::get(views::FontWeight::kBold));
  bold.draw(canvas_, 90, 118, text.title, 56, kText);
  int32_t baseline = 170;
  for (const std::string& line : text.subtitle) {
    regular.draw(canvas_, 92, baseline, line, 26, kSecondary);
    baseline += 38;
  }
  regular.draw(canvas_, 92, 1304, text.footnote, 18, kSecondary);
  bold.draw_right(canvas_, static_cast<int32_t>(kHeroWidth) - 60, 1304, "geoneuron", 20,
                  kSecondary);
  draw_captions(regular, bold);
  draw_classes(regular, bold);
  return {};
}

}  // namespace

Result<Image> draw_hero(views::PixelDevice& device, const NeuronScene& scene,
                        const std::vector<float>& probabilities, const HeroText& text) {
  if (scene.edges.level != views::EdgeLevel::kUnit)
    return invalid("the hero picture needs edges between units");
  if (probabilities.size() != scene.columns.back().units.count())
    return invalid("%zu probabilities: must be one per class", probabilities.size());
  return Hero(device, scene, probabilities).draw(text);
}

}  // namespace geoneuron::cli::demo
