// SPDX-License-Identifier: MIT
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstring>

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

}  // namespace

DeviceFacts facts_of(VkPhysicalDevice device) {
  const std::vector<VkExtensionProperties> extensions = extensions_of(device);
  const auto has = [&](const char* name) {
    return std::any_of(extensions.begin(), extensions.end(), [&](const auto& extension) {
      return std::strcmp(extension.extensionName, name) == 0;
    });
  };
  VkPhysicalDeviceDriverProperties driver{};
  driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
  VkPhysicalDeviceDrmPropertiesEXT drm{};
  drm.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRM_PROPERTIES_EXT;
  VkPhysicalDeviceExternalMemoryHostPropertiesEXT host{};
  host.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT;
  VkPhysicalDeviceProperties2 properties{};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  properties.pNext = &driver;
  DeviceFacts facts;
  facts.imports_host_memory = has(VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
  const bool has_drm = has(VK_EXT_PHYSICAL_DEVICE_DRM_EXTENSION_NAME);
  void** next = &driver.pNext;
  if (has_drm) next = &(*(reinterpret_cast<VkPhysicalDeviceDrmPropertiesEXT*>(*next = &drm))).pNext;
  if (facts.imports_host_memory) *next = &host;
  vkGetPhysicalDeviceProperties2(device, &properties);

  facts.name = properties.properties.deviceName;
  facts.driver = std::string(driver.driverName) + " " + driver.driverInfo;
  facts.driver_id = driver.driverID;
  facts.type = properties.properties.deviceType;
  facts.limits = properties.properties.limits;
  facts.memory_bytes = largest_local_heap(device);
  if (has_drm) add_drm(drm, facts);
  // Some drivers take any pointer without complaint; pages are what an import really needs.
  facts.host_import_alignment = std::max<uint64_t>(host.minImportedHostPointerAlignment, 4096);
  return facts;
}

}  // namespace geoneuron::engine::vulkan
