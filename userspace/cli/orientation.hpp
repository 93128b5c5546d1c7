// SPDX-License-Identifier: MIT
// Orientation: how a camera says that its stored picture must be turned to stand upright (EXIF 2.3,
// tag 0x0112). Thread-safe.
#pragma once

#include <cstddef>
#include <span>

#include "views/image.hpp"

namespace geoneuron::cli {

// The eight values of the tag, named by what must be done to the stored rows.
enum class Orientation : int {
  kUpright = 1,
  kMirrorHorizontally = 2,
  kRotateHalf = 3,
  kMirrorVertically = 4,
  kTranspose = 5,    // over the main diagonal
  kRotateRight = 6,  // a quarter turn clockwise
  kTransverse = 7,   // over the other diagonal
  kRotateLeft = 8,   // a quarter turn counter-clockwise
};

// The orientation in a JPEG's first EXIF segment; kUpright where there is none or it is malformed:
// a broken note about a picture is no reason to refuse the picture.
Orientation orientation_of_jpeg(std::span<const std::byte> jpeg);
// The same from the TIFF structure that EXIF is (also the content of PNG's eXIf chunk).
Orientation orientation_of_tiff(std::span<const std::byte> tiff);

views::Image upright(const views::Image& stored, Orientation orientation);

}  // namespace geoneuron::cli
