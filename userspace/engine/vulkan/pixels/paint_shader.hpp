// SPDX-License-Identifier: MIT
// What shaders/views/paint.comp is given, and how the colours of one normalisation are laid out for
// it. Thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "engine/vulkan/pipeline.hpp"
#include "views/colour_index.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::engine::vulkan {

// Its bindings: values and entries as texels, pieces, jobs, pixels. Constant 0: whether every
// estimate is close.
const Shader& paint_shader();

struct PaintParameters {
  uint32_t job_count = 0, nan = 0, positive_infinity = 0, negative_infinity = 0, first_job = 0;
};

// One of 256 for each normalisation. Where indices are searched for: the keys from words[0] to
// below words[1] have the colour words[2]. Where estimates are close: those below the threshold
// words[0] have the colour words[1], the others words[2].
struct PaintEntry {
  uint32_t words[4] = {};
};
void fill_entries(std::span<PaintEntry, 256> entries, const views::Normalisation& normalisation,
                  const views::PackedPalette& palette, bool is_close);

// Whether the cell of each estimate holds at most one threshold.
bool estimate_is_close(const views::Normalisation& normalisation,
                       const views::IndexEstimate& estimate);

}  // namespace geoneuron::engine::vulkan
