// SPDX-License-Identifier: MIT
#include "cli/demo/tilted_sheet.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "views/draw.hpp"

namespace geoneuron::cli::demo {
namespace {

using views::Image;
using views::Rgba8;

struct Bounds {
  uint32_t left, top, right, bottom;  // right and bottom are outside
};

Bounds bounds_of(const TiltedSheet& sheet, const Image& canvas, double margin) {
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  for (const Point corner : {Point{0, 0}, Point{1, 0}, Point{0, 1}, Point{1, 1}}) {
    const Point screen = sheet.on_screen(corner);
    left = std::min(left, screen.x - margin);
    right = std::max(right, screen.x + margin);
    top = std::min(top, screen.y - margin);
    bottom = std::max(bottom, screen.y + margin);
  }
  const auto inside = [](double value, uint32_t end) {
    return static_cast<uint32_t>(std::clamp(value, 0.0, static_cast<double>(end)));
  };
  return {inside(left, canvas.width), inside(top, canvas.height),
          inside(std::ceil(right), canvas.width), inside(std::ceil(bottom), canvas.height)};
}

}  // namespace

Point TiltedSheet::on_screen(Point sheet) const {
  const double across = (sheet.x - 0.5) * width, depth = across * std::sin(turn);
  const double scale = distance / (distance + depth);
  return {centre.x + across * std::cos(turn) * scale,
          centre.y + ((sheet.y - 0.5) * height + depth * drop) * scale};
}

Point TiltedSheet::on_sheet(Point screen) const {
  // x = a cos s with s = d / (d + a sin), solved for a.
  const double x = screen.x - centre.x;
  const double across = x * distance / (distance * std::cos(turn) - x * std::sin(turn));
  const double depth = across * std::sin(turn);
  const double scale = distance / (distance + depth);
  const double down = (screen.y - centre.y) / scale - depth * drop;
  return {across / width + 0.5, down / height + 0.5};
}

views::FixedPoint fixed(Point screen, uint32_t coarseness) {
  return {static_cast<int32_t>(std::lround(screen.x * 256 / coarseness)),
          static_cast<int32_t>(std::lround(screen.y * 256 / coarseness))};
}

void draw_sheet(Image& canvas, const TiltedSheet& sheet, const Image& picture, uint32_t opacity) {
  const Bounds area = bounds_of(sheet, canvas, 0);
  for (uint32_t y = area.top; y < area.bottom; ++y)
    for (uint32_t x = area.left; x < area.right; ++x) {
      const Point at = sheet.on_sheet({x + 0.5, y + 0.5});
      if (at.x < 0 || at.y < 0 || at.x >= 1 || at.y >= 1) continue;
      const Rgba8 colour = picture.at(static_cast<uint32_t>(at.x * picture.width),
                                      static_cast<uint32_t>(at.y * picture.height));
      canvas.at(x, y) = views::blend(colour, canvas.at(x, y), opacity);
    }
}

void draw_outline(Image& canvas, const TiltedSheet& sheet, Rgba8 colour, uint32_t thickness) {
  const Bounds area = bounds_of(sheet, canvas, thickness);
  const double half = thickness / 2.0;
  for (uint32_t y = area.top; y < area.bottom; ++y)
    for (uint32_t x = area.left; x < area.right; ++x) {
      const Point screen{x + 0.5, y + 0.5};
      const Point at = sheet.on_sheet(screen);
      const Point nearest =
          sheet.on_screen({std::clamp(at.x, 0.0, 1.0), std::clamp(at.y, 0.0, 1.0)});
      // Distance to the border, from outside or from inside, along the screen's axes.
      double away = std::max(std::abs(nearest.x - screen.x), std::abs(nearest.y - screen.y));
      if (away < 1e-6) {
        const double side = std::min(std::abs(sheet.on_screen({0, at.y}).x - screen.x),
                                     std::abs(sheet.on_screen({1, at.y}).x - screen.x));
        const double end = std::min(std::abs(sheet.on_screen({at.x, 0}).y - screen.y),
                                    std::abs(sheet.on_screen({at.x, 1}).y - screen.y));
        away = std::min(side, end);
      }
      if (away <= half) canvas.at(x, y) = views::blend(colour, canvas.at(x, y));
    }
}

}  // namespace geoneuron::cli::demo
