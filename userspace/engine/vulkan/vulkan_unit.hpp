// SPDX-License-Identifier: MIT
// VulkanUnit: plans computed by one Vulkan device. One thread at a time.
#pragma once

#include <memory>

#include "engine/parallel_processing_unit.hpp"
#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {

class VulkanUnit : public ParallelProcessingUnit {
 public:
  // `description` is that of describe(). The device may be shared, e.g. with pixels, by the same
  // thread.
  VulkanUnit(std::shared_ptr<VulkanDevice> device, DeviceDescription description)
      : device_(std::move(device)), description_(std::move(description)) {}

  const DeviceDescription& description() const override { return description_; }
  perception::PlanTarget target() const override;
  Result<std::unique_ptr<Program>> prepare(std::shared_ptr<const perception::Plan> plan,
                                           MemoryManager& memory) override;

 private:
  std::shared_ptr<VulkanDevice> device_;
  DeviceDescription description_;
};

}  // namespace geoneuron::engine::vulkan
