// SPDX-License-Identifier: MIT
#include "views/colour_map.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/nearest_names.hpp"

namespace geoneuron::views {
namespace {

// Every fifth colour of the 256 (0xRRGGBB); those between are interpolated. Viridis: S. van der
// Walt, N. Smith (CC0); no interpolated channel is off by more than 1 of 255.
constexpr std::array<uint32_t, 52> kViridis{
    0x440154, 0x46085c, 0x471063, 0x481769, 0x481d6f, 0x482475, 0x472a7a, 0x46307e, 0x453781,
    0x433d84, 0x414287, 0x3f4889, 0x3d4e8a, 0x3a538b, 0x38598c, 0x355e8d, 0x33638d, 0x31688e,
    0x2e6d8e, 0x2c718e, 0x2a768e, 0x297b8e, 0x27808e, 0x25848e, 0x23898e, 0x218e8d, 0x20928c,
    0x1f978b, 0x1e9c89, 0x1fa188, 0x21a585, 0x24aa83, 0x28ae80, 0x2eb37c, 0x35b779, 0x3dbc74,
    0x46c06f, 0x50c46a, 0x5ac864, 0x65cb5e, 0x70cf57, 0x7cd250, 0x89d548, 0x95d840, 0xa2da37,
    0xb0dd2f, 0xbddf26, 0xcae11f, 0xd8e219, 0xe5e419, 0xf1e51d, 0xfde725,
};

// Cividis: J. Nunez, C. Anderton, R. Renslow (CC0); off by at most 4 of 255, where the published
// table itself has a step.
constexpr std::array<uint32_t, 52> kCividis{
    0x00224e, 0x002656, 0x002a5f, 0x002d68, 0x003070, 0x083370, 0x163770, 0x203a6f, 0x273e6e,
    0x2e416d, 0x34456c, 0x3a486c, 0x3f4c6c, 0x444f6c, 0x49536c, 0x4e566c, 0x535a6d, 0x575d6d,
    0x5c616e, 0x60646f, 0x656870, 0x696b71, 0x6d6f72, 0x727274, 0x767676, 0x7a7a78, 0x7e7d78,
    0x838179, 0x888578, 0x8d8878, 0x928c78, 0x969077, 0x9b9476, 0xa09875, 0xa59c74, 0xaaa073,
    0xafa471, 0xb5a86f, 0xbaac6d, 0xbfb06b, 0xc4b468, 0xc9b965, 0xcfbd62, 0xd4c15f, 0xdac65b,
    0xdfca57, 0xe5cf52, 0xead34c, 0xf0d846, 0xf6dd3f, 0xfce236, 0xfee838,
};

// From index 128 outwards: white to a deep blue, and white to a deep red, of equal lightness.
constexpr std::array<uint32_t, 6> kBlues{0xffffff, 0xc9dff2, 0x8dbbe3,
                                         0x4c90cc, 0x1f64ad, 0x0c3c78};
constexpr std::array<uint32_t, 6> kReds{0xffffff, 0xf9d6c6, 0xf0a888, 0xdc7255, 0xb93a37, 0x7d1128};

constexpr std::array<uint32_t, 2> kGrey{0x000000, 0xffffff};

uint8_t channel(uint32_t colour, int shift) {
  return static_cast<uint8_t>(colour >> shift);
}

uint8_t between(uint8_t a, uint8_t b, uint32_t part, uint32_t whole) {
  return static_cast<uint8_t>((a * (whole - part) + b * part + whole / 2) / whole);
}

// The colour at position / whole of the way along equally spaced anchors.
Rgba8 interpolated(std::span<const uint32_t> anchors, uint32_t position, uint32_t whole) {
  const uint32_t scaled = position * static_cast<uint32_t>(anchors.size() - 1);
  const size_t i = std::min<size_t>(scaled / whole, anchors.size() - 2);
  const uint32_t part = scaled - static_cast<uint32_t>(i) * whole;
  const uint32_t a = anchors[i], b = anchors[i + 1];
  return {between(channel(a, 16), channel(b, 16), part, whole),
          between(channel(a, 8), channel(b, 8), part, whole),
          between(channel(a, 0), channel(b, 0), part, whole), 255};
}

std::array<Rgba8, 256> sequential(std::span<const uint32_t> anchors) {
  std::array<Rgba8, 256> colours;
  for (uint32_t i = 0; i < 256; ++i) colours[i] = interpolated(anchors, i, 255);
  return colours;
}

// Index 128 is exactly white, and 128 - i mirrors 128 + i; index 0 repeats index 1.
std::array<Rgba8, 256> diverging() {
  std::array<Rgba8, 256> colours;
  for (uint32_t i = 0; i <= 127; ++i) {
    colours[128 + i] = interpolated(kReds, i, 127);
    colours[128 - i] = interpolated(kBlues, i, 127);
  }
  colours[0] = colours[1];
  return colours;
}

}  // namespace

const std::vector<std::string>& colour_map_names() {
  static const std::vector<std::string> kNames{"viridis", "cividis", "diverging", "grey"};
  return kNames;
}

Result<Palette> palette_named(const std::string& name) {
  // Colours that no map contains, so that what is not finite cannot be mistaken for a value.
  Palette palette;
  palette.nan = {255, 0, 200, 255};
  palette.positive_infinity = {255, 120, 0, 255};
  palette.negative_infinity = {0, 220, 255, 255};
  if (name == "viridis") {
    palette.colours = sequential(kViridis);
  } else if (name == "cividis") {
    palette.colours = sequential(kCividis);
  } else if (name == "grey") {
    palette.colours = sequential(kGrey);
  } else if (name == "diverging") {
    palette.colours = diverging();
  } else {
    return invalid("colour map %s: unknown; must be viridis, cividis, diverging or grey%s",
                   name.c_str(), did_you_mean(name, colour_map_names()).c_str());
  }
  return palette;
}

}  // namespace geoneuron::views
