// SPDX-License-Identifier: MIT
// VulkanPixels: the PixelDevice on a Vulkan device. The same bytes as views::CpuPixels for the same
// bytes: shaders compare and count integers only. One thread at a time; shares its device with
// whoever else uses it on that thread.
#pragma once

#include <memory>

#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/device.hpp"
#include "engine/vulkan/pixels/pixel_commands.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::engine::vulkan {

class VulkanPixels final : public views::PixelDevice {
 public:
  // Buffers are made when first needed and kept. Each method also reports what the device does:
  // ENODEV when it is lost, ENOMEM.
  explicit VulkanPixels(std::shared_ptr<VulkanDevice> device) : commands_(std::move(device)) {}

  Result<std::vector<views::KeyStatistics>> statistics(
      std::span<const float> elements, std::span<const views::ElementRange> ranges) override;
  Result<std::vector<uint32_t>> keys_of_rank(std::span<const float> elements,
                                             std::span<const views::RankQuery> queries) override;
  Result<std::vector<uint64_t>> histogram(std::span<const float> elements,
                                          views::ElementRange range,
                                          std::span<const uint32_t> edges) override;
  Result<void> paint(std::span<const float> elements, std::span<const views::Tile> tiles,
                     std::span<const views::Normalisation> normalisations,
                     const views::Palette& palette, views::Image& canvas) override;
  Result<void> paint_heatmaps(std::span<const views::Heatmap> maps,
                              const views::NormalisationChoice& choice,
                              const views::Palette& palette) override;
  Result<views::Accumulation> accumulate(std::span<const views::Segment> segments, uint32_t width,
                                         uint32_t height) override;

 private:
  PixelCommands commands_;
};

}  // namespace geoneuron::engine::vulkan
