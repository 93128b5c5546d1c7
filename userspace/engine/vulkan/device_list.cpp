// SPDX-License-Identifier: MIT
#include "engine/vulkan/device_list.hpp"

#include <sys/stat.h>
#include <xf86drm.h>

#include <array>

namespace geoneuron::engine::vulkan {
namespace {

constexpr int kMaximumDrmDevices = 64;

// The path of the DRM node with this device number, or "".
std::string path_of_node(uint64_t number) {
  std::array<drmDevicePtr, kMaximumDrmDevices> devices{};
  const int count = drmGetDevices2(0, devices.data(), kMaximumDrmDevices);
  if (count <= 0) return "";
  std::string path;
  for (int i = 0; i < count; ++i)
    for (int node = 0; node < DRM_NODE_MAX; ++node) {
      if (!(devices[static_cast<size_t>(i)]->available_nodes & (1 << node))) continue;
      const char* candidate = devices[static_cast<size_t>(i)]->nodes[node];
      struct stat status {};
      if (stat(candidate, &status) == 0 && status.st_rdev == number) path = candidate;
    }
  drmFreeDevices(devices.data(), count);
  return path;
}

}  // namespace

DeviceDescription describe(const DeviceFacts& facts, size_t number) {
  DeviceDescription description;
  description.id = "vulkan:" + std::to_string(number);
  description.name = facts.name;
  description.driver = facts.driver;
  if (facts.drm_render_node)
    description.drm_node = path_of_node(*facts.drm_render_node);
  else if (facts.drm_primary_node)
    description.drm_node = path_of_node(*facts.drm_primary_node);
  description.memory_bytes = facts.memory_bytes;
  description.is_hardware = facts.is_hardware();
  return description;
}

Result<std::vector<DeviceDescription>> describe_devices() {
  const std::shared_ptr<Instance> instance = GN_TRY(Instance::shared());
  std::vector<DeviceDescription> descriptions;
  for (VkPhysicalDevice physical : GN_TRY(instance->physical_devices()))
    descriptions.push_back(describe(facts_of(physical), descriptions.size()));
  return descriptions;
}

Result<std::shared_ptr<VulkanDevice>> open_device(size_t number, const DeviceOptions& options) {
  const std::shared_ptr<Instance> instance = GN_TRY(Instance::shared());
  const std::vector<VkPhysicalDevice> physical = GN_TRY(instance->physical_devices());
  if (number >= physical.size())
    return make_error(ENODEV, "vulkan:%zu: this machine has %zu Vulkan devices", number,
                      physical.size());
  return VulkanDevice::open(instance, physical[number], options);
}

}  // namespace geoneuron::engine::vulkan
