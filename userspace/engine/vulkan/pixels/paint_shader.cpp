// SPDX-License-Identifier: MIT
#include "engine/vulkan/pixels/paint_shader.hpp"

#include <cmath>

#include "shaders/views/paint.hpp"
#include "views/cpu_clones.hpp"

namespace geoneuron::engine::vulkan {
namespace {

constexpr auto kTexels = BindingKind::kTexelBuffer;
constexpr auto kStorage = BindingKind::kStorageBuffer;
constexpr BindingKind kBindings[] = {kTexels, kTexels, kStorage, kStorage, kStorage};
constexpr Shader kPaint{"views/paint", shaders::views_paint, kBindings, sizeof(PaintParameters)};

// Threshold k is expected in the middle of cell k + 1. The estimate being monotone, the thresholds'
// own tell about all values. The margin is thousands of times what devices may round differently,
// once no number is tiny. No branch leaves the loop, so that it is vectorised.
GEONEURON_CPU_CLONES
bool are_amid_their_cells(const uint32_t* thresholds, float origin, float slope) {
  uint32_t failures = 0;
  for (uint32_t k = 0; k < 255; ++k) {
    const float value = views::value_of_key(thresholds[k]);
    const float in_cell = (value - origin) * slope - static_cast<float>(k + 1);
    failures |= static_cast<uint32_t>(!(in_cell > 0.1f)) | static_cast<uint32_t>(!(in_cell < 0.9f));
  }
  return failures == 0;
}

}  // namespace

const Shader& paint_shader() {
  return kPaint;
}

bool estimate_is_close(const views::Normalisation& normalisation,
                       const views::IndexEstimate& estimate) {
  constexpr float kTiny = 1e-25f, kHuge = 1e25f;
  const float slope = estimate.slope, origin = std::abs(estimate.origin);
  if (estimate.base != 0 || !(slope > kTiny && slope < kHuge && origin < kHuge)) return false;
  return are_amid_their_cells(normalisation.thresholds.data(), estimate.origin, slope);
}

void fill_entries(std::span<PaintEntry, 256> entries, const views::Normalisation& normalisation,
                  const views::PackedPalette& palette, bool is_close) {
  const auto& thresholds = normalisation.thresholds;
  if (is_close) {
    entries[0] = {{0, palette[0], palette[0], 0}};
    for (size_t i = 1; i < 256; ++i)
      entries[i] = {{thresholds[i - 1], palette[i - 1], palette[i], 0}};
    return;
  }
  for (size_t i = 0; i < 256; ++i)
    entries[i] = {
        {i == 0 ? 0 : thresholds[i - 1], i == 255 ? UINT32_MAX : thresholds[i], palette[i], 0}};
}

}  // namespace geoneuron::engine::vulkan
