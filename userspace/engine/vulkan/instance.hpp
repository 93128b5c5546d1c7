// SPDX-License-Identifier: MIT
// Instance: the process's one connection to the Vulkan loader. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "engine/vulkan/handle.hpp"

namespace geoneuron::engine::vulkan {

void destroy_messenger(VkInstance instance, VkDebugUtilsMessengerEXT messenger,
                       const VkAllocationCallbacks* callbacks);

class Instance {
 public:
  // The instance that others in this process hold, or a new one: making one costs tens of
  // milliseconds. With GEONEURON_VALIDATION=1 in the environment it runs under the Khronos
  // validation layer, and a process that the layer complained about exits with
  // EXIT_FAILURE. Errors: ENODEV where there is no Vulkan 1.2 loader or driver, ENOTSUP where
  // the layer was asked for and is not installed.
  static Result<std::shared_ptr<Instance>> shared();

  VkInstance get() const { return instance_.get(); }
  // All physical devices that speak Vulkan 1.2, in the loader's order.
  Result<std::vector<VkPhysicalDevice>> physical_devices() const;

  // Warnings and errors that the validation layer has reported so far in this process; each is
  // also logged.
  static uint64_t validation_messages();

 private:
  Instance() = default;
  static Result<std::shared_ptr<Instance>> create();
  Result<void> watch();

  Handle<vkDestroyInstance> instance_;
  Handle<destroy_messenger> messenger_;
};

}  // namespace geoneuron::engine::vulkan
