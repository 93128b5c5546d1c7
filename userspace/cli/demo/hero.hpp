// SPDX-License-Identifier: MIT
// The demo's large picture: a network's layers as tilted sheets of feature maps, the flow of every
// edge glowing between them, and the classes with their probabilities. Thread-safe for distinct
// devices.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/image.hpp"
#include "views/neuron_scene.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::cli::demo {

inline constexpr uint32_t kHeroWidth = 2400, kHeroHeight = 1350;

struct HeroText {
  std::string title;
  std::vector<std::string> subtitle;  // lines
  std::string footnote;
};

// `scene` is at level unit and a chain: one operator after the other, the last one's target being
// the classes. `probabilities` has one per class. EINVAL otherwise.
Result<views::Image> draw_hero(views::PixelDevice& device, const views::NeuronScene& scene,
                               const std::vector<float>& probabilities, const HeroText& text);

}  // namespace geoneuron::cli::demo
