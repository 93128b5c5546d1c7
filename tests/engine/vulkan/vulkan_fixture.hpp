// SPDX-License-Identifier: MIT
// The device that tests run on: the first software one (lavapipe), else the first of all.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {

// The device, opened once per process; nullptr where this machine has none.
inline std::shared_ptr<VulkanDevice> test_device() {
  static const std::shared_ptr<VulkanDevice> device = [] {
    auto instance = Instance::shared();
    if (!instance) return std::shared_ptr<VulkanDevice>();
    auto physical = instance.value()->physical_devices();
    if (!physical || physical->empty()) return std::shared_ptr<VulkanDevice>();
    VkPhysicalDevice chosen = physical->front();
    for (VkPhysicalDevice candidate : *physical)
      if (!facts_of(candidate).is_hardware()) chosen = candidate;
    auto opened = VulkanDevice::open(*instance, chosen);
    return opened ? *opened : std::shared_ptr<VulkanDevice>();
  }();
  return device;
}

// Skips by name where there is no device, and fails where the validation layer spoke up.
class VulkanTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!test_device()) GTEST_SKIP() << "no Vulkan 1.2 device on this machine";
    messages_before_ = Instance::validation_messages();
  }
  void TearDown() override { EXPECT_EQ(Instance::validation_messages(), messages_before_); }

 private:
  uint64_t messages_before_ = 0;
};

}  // namespace geoneuron::engine::vulkan
