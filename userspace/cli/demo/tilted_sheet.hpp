// SPDX-License-Identifier: MIT
// TiltedSheet: an upright picture turned about its vertical axis and seen in perspective: its right
// side is further away. Pure functions; thread-safe.
#pragma once

#include <optional>

#include "views/image.hpp"
#include "views/neuron_layout.hpp"

namespace geoneuron::cli::demo {

struct Point {
  double x = 0, y = 0;
};

// Positions on the sheet run from (0,0) at its upper left to (1,1) at its lower right; those on the
// screen are pixels.
struct TiltedSheet {
  Point centre;                  // of the sheet, on the screen
  double width = 0, height = 0;  // of the sheet seen from the front, in pixels
  double turn = 1.1;             // radians; 0 = seen from the front
  double distance = 2600;        // of the eye, in pixels
  double drop = 0.10;            // how far the far side sinks, per pixel of depth

  Point on_screen(Point sheet) const;
  // Where on the sheet's plane a screen position lies; may be outside the sheet.
  Point on_sheet(Point screen) const;
};

// A position in the 24.8 fixed point of segments, of pixels `coarseness` times as large.
views::FixedPoint fixed(Point screen, uint32_t coarseness);

// Blends `picture`, stretched over the sheet, onto the canvas (each pixel that of the picture under
// its centre), with `opacity` of 255.
void draw_sheet(views::Image& canvas, const TiltedSheet& sheet, const views::Image& picture,
                uint32_t opacity);
// Blends a line along the sheet's border.
void draw_outline(views::Image& canvas, const TiltedSheet& sheet, views::Rgba8 colour,
                  uint32_t thickness);

}  // namespace geoneuron::cli::demo
