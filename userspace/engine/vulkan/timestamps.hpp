// SPDX-License-Identifier: MIT
// Timestamps: a set of points in time that commands note by the device's clock. Move-only; not
// thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {

class Timestamps {
 public:
  Timestamps() = default;
  // Where the device's queue has no timestamps, all are 0.
  static Result<Timestamps> create(const std::shared_ptr<VulkanDevice>& device, uint32_t count);

  VkQueryPool get() const { return pool_.get(); }
  uint32_t count() const { return count_; }
  // Nanoseconds since the first one, after a run that took all of them.
  Result<std::vector<uint64_t>> read() const;

 private:
  std::shared_ptr<VulkanDevice> device_;
  Handle<vkDestroyQueryPool> pool_;
  uint32_t count_ = 0;
};

}  // namespace geoneuron::engine::vulkan
