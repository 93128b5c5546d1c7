// SPDX-License-Identifier: MIT
#include "engine/vulkan/buffer.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "base/alignment.hpp"
#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {
namespace {

constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kMappable =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

// The first memory type allowed by `bits` that has the most wanted set of properties.
std::optional<uint32_t> memory_type(const VulkanDevice& device, uint32_t bits,
                                    std::initializer_list<VkMemoryPropertyFlags> wishes) {
  const VkPhysicalDeviceMemoryProperties& memory = device.memory_properties();
  for (const VkMemoryPropertyFlags wish : wishes)
    for (uint32_t i = 0; i < memory.memoryTypeCount; ++i)
      if ((bits & (1u << i)) && (memory.memoryTypes[i].propertyFlags & wish) == wish) return i;
  return std::nullopt;
}

std::optional<uint32_t> memory_type(const VulkanDevice& device, uint32_t bits, MemoryUse use) {
  switch (use) {
    case MemoryUse::kDevice:
      return memory_type(device, bits, {kLocal, 0});
    case MemoryUse::kUpload:
      return memory_type(device, bits, {kMappable});
    case MemoryUse::kReadback:
      return memory_type(device, bits, {kMappable | kCached, kMappable});
  }
  return std::nullopt;
}

bool maps(const VulkanDevice& device, uint32_t type, MemoryUse use) {
  if (use == MemoryUse::kDevice && !device.options().maps_device_memory) return false;
  // Uncached memory across a bus is slow to read: staging copies are better then.
  const VkMemoryPropertyFlags wanted = use == MemoryUse::kDevice ? kMappable | kCached : kMappable;
  return (device.memory_properties().memoryTypes[type].propertyFlags & wanted) == wanted;
}

}  // namespace

Result<void> Buffer::make(const void* next, uint64_t size_bytes) {
  VkBufferCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.pNext = next;
  info.size = size_bytes;
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT |
               VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  info.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
  VkBuffer buffer{};
  GN_TRY(checked(vkCreateBuffer(device_->get(), &info, nullptr, &buffer), "vkCreateBuffer"));
  buffer_ = {device_->get(), buffer};
  size_bytes_ = size_bytes;
  return {};
}

Result<void> Buffer::bind(uint32_t type, const void* next, uint64_t size_bytes) {
  VkMemoryAllocateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  info.pNext = next;
  info.allocationSize = size_bytes;
  info.memoryTypeIndex = type;
  VkDeviceMemory memory{};
  const VkResult result = vkAllocateMemory(device_->get(), &info, nullptr, &memory);
  if (result != VK_SUCCESS)
    return vulkan_error(result, "vkAllocateMemory")
        .prefixed(std::to_string(size_bytes) + " bytes on " + device_->facts().name);
  memory_ = {device_->get(), memory};
  return checked(vkBindBufferMemory(device_->get(), get(), memory, 0), "vkBindBufferMemory");
}

Result<Buffer> Buffer::create(const std::shared_ptr<VulkanDevice>& device, uint64_t size_bytes,
                              MemoryUse use) {
  Buffer buffer;
  buffer.device_ = device;
  // Shaders see words: a tail of one to three bytes must not be cut off.
  GN_TRY(buffer.make(nullptr, std::max<uint64_t>(aligned(size_bytes, 16), 16)));
  VkMemoryRequirements needs{};
  vkGetBufferMemoryRequirements(device->get(), buffer.get(), &needs);
  const std::optional<uint32_t> type = memory_type(*device, needs.memoryTypeBits, use);
  if (!type) return make_error(ENOTSUP, "%s: no fitting memory", device->facts().name.c_str());
  GN_TRY(buffer.bind(*type, nullptr, needs.size));
  if (!maps(*device, *type, use)) return buffer;
  void* address = nullptr;
  GN_TRY(checked(vkMapMemory(device->get(), buffer.memory_.get(), 0, VK_WHOLE_SIZE, 0, &address),
                 "vkMapMemory"));
  buffer.mapped_ = static_cast<std::byte*>(address);
  return buffer;
}

Result<bool> Buffer::is_mapped(const std::shared_ptr<VulkanDevice>& device, MemoryUse use) {
  Buffer buffer;
  buffer.device_ = device;
  GN_TRY(buffer.make(nullptr, 16));
  VkMemoryRequirements needs{};
  vkGetBufferMemoryRequirements(device->get(), buffer.get(), &needs);
  // The same for all buffers of one usage, whatever their size (Vulkan 1.2, "Resource Memory
  // Association").
  const std::optional<uint32_t> type = memory_type(*device, needs.memoryTypeBits, use);
  if (!type) return make_error(ENOTSUP, "%s: no fitting memory", device->facts().name.c_str());
  return maps(*device, *type, use);
}

namespace {

constexpr auto kHostMemory = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;

// The memory types, as bits, that `memory` can be imported as.
Result<uint32_t> import_types(const VulkanDevice& device, std::span<std::byte> memory) {
  const uint64_t alignment = device.facts().host_import_alignment;
  if (!device.facts().imports_host_memory)
    return make_error(ENOTSUP, "%s cannot import host memory", device.facts().name.c_str());
  if (memory.empty() || reinterpret_cast<uintptr_t>(memory.data()) % alignment != 0 ||
      memory.size() % alignment != 0)
    return invalid("host memory at %p, %zu bytes: address and size must be multiples of %llu",
                   static_cast<void*>(memory.data()), memory.size(),
                   static_cast<unsigned long long>(alignment));
  const auto properties_of = reinterpret_cast<PFN_vkGetMemoryHostPointerPropertiesEXT>(
      vkGetDeviceProcAddr(device.get(), "vkGetMemoryHostPointerPropertiesEXT"));
  if (properties_of == nullptr) return make_error(ENOTSUP, "host import has no entry point");
  VkMemoryHostPointerPropertiesEXT properties{};
  properties.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT;
  GN_TRY(checked(properties_of(device.get(), kHostMemory, memory.data(), &properties),
                 "vkGetMemoryHostPointerPropertiesEXT"));
  return properties.memoryTypeBits;
}

}  // namespace

Result<Buffer> Buffer::import_host(const std::shared_ptr<VulkanDevice>& device,
                                   std::span<std::byte> memory) {
  const uint32_t types = GN_TRY(import_types(*device, memory));
  Buffer buffer;
  buffer.device_ = device;
  VkExternalMemoryBufferCreateInfo external{};
  external.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO;
  external.handleTypes = kHostMemory;
  GN_TRY(buffer.make(&external, memory.size()));
  VkMemoryRequirements needs{};
  vkGetBufferMemoryRequirements(device->get(), buffer.get(), &needs);
  const std::optional<uint32_t> type = memory_type(*device, needs.memoryTypeBits & types, {0});
  if (!type || needs.size > memory.size())
    return make_error(ENOTSUP, "%s cannot use this host memory", device->facts().name.c_str());
  VkImportMemoryHostPointerInfoEXT import{};
  import.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT;
  import.handleType = kHostMemory;
  import.pHostPointer = memory.data();
  GN_TRY(buffer.bind(*type, &import, memory.size()));
  buffer.mapped_ = memory.data();
  return buffer;
}

}  // namespace geoneuron::engine::vulkan
