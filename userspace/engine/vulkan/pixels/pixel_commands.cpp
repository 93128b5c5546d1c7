// SPDX-License-Identifier: MIT
#include "engine/vulkan/pixels/pixel_commands.hpp"

#include <algorithm>
#include <bit>

namespace geoneuron::engine::vulkan {

Result<std::byte*> PixelCommands::reserve_bytes(size_t slot, uint64_t bytes, MemoryUse use) {
  Slot& chosen = slots_[slot];
  if (!chosen.buffer || chosen.use != use || chosen.buffer.size_bytes() < bytes) {
    chosen.buffer = {};
    chosen.buffer = GN_TRY(Buffer::create(device_, std::bit_ceil(bytes), use));
    chosen.use = use;
  }
  chosen.used_bytes = bytes;
  chosen.format = VK_FORMAT_R32_UINT;
  return chosen.buffer.mapped();
}

Result<void> PixelCommands::run(const Shader& shader, std::span<const std::byte> push,
                                uint64_t group_count, std::span<const uint32_t> constants) {
  Dispatch dispatch{{}, push, group_count};
  for (size_t i = 0; i < shader.bindings.size(); ++i) dispatch.bindings[i] = binding(i);
  return run_all(shader, {&dispatch, 1}, constants);
}

Result<void> PixelCommands::run_all(const Shader& shader, std::span<const Dispatch> dispatches,
                                    std::span<const uint32_t> constants) {
  const auto pipeline = GN_TRY(device_->pipeline(shader, constants));
  Commands commands = GN_TRY(Commands::begin(device_));
  for (const Dispatch& one : dispatches) {
    if (one.group_count == 0) continue;
    const uint64_t columns = std::min<uint64_t>(one.group_count, Commands::kMaximumGroups);
    const uint64_t rows = (one.group_count + columns - 1) / columns;
    GN_TRY(commands.dispatch(*pipeline, std::span(one.bindings).first(shader.bindings.size()),
                             one.push,
                             {static_cast<uint32_t>(columns), static_cast<uint32_t>(rows), 1}));
  }
  commands.barrier_to_host();
  GN_TRY(commands.end());
  return device_->run(commands.get());
}

}  // namespace geoneuron::engine::vulkan
