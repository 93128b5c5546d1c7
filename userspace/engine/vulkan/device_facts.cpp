// SPDX-License-Identifier: MIT
#include <sys/sysmacros.h>

#include <algorithm>
#include <string_view>

#include "engine/vulkan/device.hpp"

namespace geoneuron::engine::vulkan {
namespace {

std::vector<VkExtensionProperties> extensions_of(VkPhysicalDevice device) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
  extensions.resize(count);
  return extensions;
}

uint64_t largest_local_heap(VkPhysicalDevice device) {
  VkPhysicalDeviceMemoryProperties memory{};
  vkGetPhysicalDeviceMemoryProperties(device, &memory);
  uint64_t largest = 0;
  for (uint32_t i = 0; i < memory.memoryHeapCount; ++i)
    if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
      largest = std::max<uint64_t>(largest, memory.memoryHeaps[i].size);
  return largest;
}

void add_drm(const VkPhysicalDeviceDrmPropertiesEXT& drm, DeviceFacts& facts) {
  const auto node = [](int64_t major, int64_t minor) -> uint64_t {
    return makedev(static_cast<unsigned>(major), static_cast<unsigned>(minor));
  };
  if (drm.hasRender) facts.drm_render_node = node(drm.renderMajor, drm.renderMinor);
  if (drm.hasPrimary) facts.drm_primary_node = node(drm.primaryMajor, drm.primaryMinor);
}

// What the driver says of a device, by the structures of several extensions in one chain. Not
// movable: the chain holds addresses.
class Properties {
 public:
  explicit Properties(VkPhysicalDevice device) {
    for (const VkExtensionProperties& extension : extensions_of(device)) {
      const std::string_view name = extension.extensionName;
      has_drm |= name == VK_EXT_PHYSICAL_DEVICE_DRM_EXTENSION_NAME;
      imports_host_memory |= name == VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME;
    }
    driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
    drm.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRM_PROPERTIES_EXT;
    host.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT;
    VkPhysicalDeviceProperties2 all{};
    all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
    all.pNext = &driver;
    if (has_drm) prepend(drm);
    if (imports_host_memory) prepend(host);
    vkGetPhysicalDeviceProperties2(device, &all);
    core = all.properties;
  }
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;

  bool has_drm = false;
  bool imports_host_memory = false;
  VkPhysicalDeviceProperties core{};
  VkPhysicalDeviceDriverProperties driver{};
  VkPhysicalDeviceDrmPropertiesEXT drm{};
  VkPhysicalDeviceExternalMemoryHostPropertiesEXT host{};

 private:
  // Behind the driver's, before what is there already.
  template <typename Extension>
  void prepend(Extension& extension) {
    extension.pNext = driver.pNext;
    driver.pNext = &extension;
  }
};

}  // namespace

DeviceFacts facts_of(VkPhysicalDevice device) {
  const Properties properties(device);
  DeviceFacts facts;
  facts.imports_host_memory = properties.imports_host_memory;
  facts.name = properties.core.deviceName;
  facts.driver = std::string(properties.driver.driverName) + " " + properties.driver.driverInfo;
  facts.driver_id = properties.driver.driverID;
  facts.type = properties.core.deviceType;
  facts.limits = properties.core.limits;
  facts.memory_bytes = largest_local_heap(device);
  if (properties.has_drm) add_drm(properties.drm, facts);
  // Some drivers take any pointer without complaint; pages are what an import really needs.
  facts.host_import_alignment =
      std::max<uint64_t>(properties.host.minImportedHostPointerAlignment, 4096);
  return facts;
}

}  // namespace geoneuron::engine::vulkan
