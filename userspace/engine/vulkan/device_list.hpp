// SPDX-License-Identifier: MIT
// The machine's Vulkan devices in words. Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "engine/parallel_processing_unit.hpp"
#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {

// All devices, in the loader's order: number N is "vulkan:N". ENODEV where Vulkan does not start.
Result<std::vector<DeviceDescription>> describe_devices();

DeviceDescription describe(const DeviceFacts& facts, size_t number);

// Opens "vulkan:<number>". ENODEV where there is none.
Result<std::shared_ptr<VulkanDevice>> open_device(size_t number, const DeviceOptions& options = {});

}  // namespace geoneuron::engine::vulkan
