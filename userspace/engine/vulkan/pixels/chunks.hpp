// SPDX-License-Identifier: MIT
// Chunks: ranges of a long tensor cut into what one workgroup reads, slab by slab. Pure; a plain
// value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "views/pixel_device.hpp"

namespace geoneuron::engine::vulkan {

// As in shaders/views/chunks.glsl.
struct Chunk {
  uint32_t first = 0;  // in the slab
  uint32_t count = 0;
  uint32_t target = 0;
  uint32_t unused = 0;
};

// A part of the tensor that the device holds at once, and the chunks that lie in it.
struct Slab {
  views::ElementRange elements;
  std::vector<Chunk> chunks;
};

// Values per workgroup: 1,024 iterations of each of 64 invocations.
inline constexpr uint64_t kChunkValues = 65'536;

// Range i belongs to target i. Slabs hold at most `maximum_slab` elements; a range longer than that
// lies in several. Parts of the tensor that no range covers may be left out.
std::vector<Slab> cut(std::span<const views::ElementRange> ranges, uint64_t maximum_slab);

}  // namespace geoneuron::engine::vulkan
