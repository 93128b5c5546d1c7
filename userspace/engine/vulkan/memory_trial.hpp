// SPDX-License-Identifier: MIT
// How bytes of memory that a client shares get to a device: found out by trying, since drivers
// promise what they do not do. One thread at a time per device.
#pragma once

#include <memory>
#include <string>

#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {

struct MemoryTrial {
  // What Transfer does with page-aligned memory: "mapped device memory" (written straight into it),
  // "host-pointer import" (the device copies from and to the pages themselves), "staging copy".
  std::string way;
  // Empty where shared pages could be imported, and device and host saw each other's bytes in them;
  // else why not.
  std::string import_problem;
};

// Errors: those of opening buffers at all.
Result<MemoryTrial> try_memory(const std::shared_ptr<VulkanDevice>& device);

}  // namespace geoneuron::engine::vulkan
