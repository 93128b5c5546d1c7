// SPDX-License-Identifier: MIT
#include "engine/vulkan/device.hpp"

#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {
namespace {

// A family that computes, rather one that does nothing else (it does not compete with graphics).
std::optional<uint32_t> compute_family(const std::vector<VkQueueFamilyProperties>& families) {
  std::optional<uint32_t> found;
  for (uint32_t i = 0; i < families.size(); ++i) {
    if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT)) continue;
    if (!(families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT)) return i;
    if (!found) found = i;
  }
  return found;
}

std::vector<VkQueueFamilyProperties> families_of(VkPhysicalDevice physical) {
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
  families.resize(count);
  return families;
}

// With one queue of that family.
Result<Handle<vkDestroyDevice>> make_device(VkPhysicalDevice physical, uint32_t family,
                                            bool imports_host_memory) {
  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue{};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueFamilyIndex = family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkPhysicalDeviceVulkan12Features features12{};
  features12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  features12.timelineSemaphore = VK_TRUE;
  VkPhysicalDeviceFeatures features{};
  // An index that a shader gets wrong then reads zero instead of somebody else's memory. Every
  // Vulkan device has it.
  features.robustBufferAccess = VK_TRUE;
  const char* import_host = VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME;
  VkDeviceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.pNext = &features12;
  info.pEnabledFeatures = &features;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  info.enabledExtensionCount = imports_host_memory ? 1 : 0;
  info.ppEnabledExtensionNames = &import_host;
  VkDevice device{};
  GN_TRY(checked(vkCreateDevice(physical, &info, nullptr, &device), "vkCreateDevice"));
  return Handle<vkDestroyDevice>(device);
}

}  // namespace

Result<std::shared_ptr<VulkanDevice>> VulkanDevice::open(std::shared_ptr<Instance> instance,
                                                         VkPhysicalDevice physical,
                                                         const DeviceOptions& options) {
  std::shared_ptr<VulkanDevice> device(new VulkanDevice);
  device->instance_ = std::move(instance);
  device->facts_ = facts_of(physical);
  device->options_ = options;
  vkGetPhysicalDeviceMemoryProperties(physical, &device->memory_);
  GN_TRY(with_context(device->make_queue(physical), device->facts_.name));
  GN_TRY(with_context(device->make_timeline(), device->facts_.name));
  return device;
}

VulkanDevice::~VulkanDevice() {
  // Nothing may be destroyed under running commands; a lost device runs none that would end.
  if (device_ && !lost_) vkDeviceWaitIdle(get());
}

Result<void> VulkanDevice::make_queue(VkPhysicalDevice physical) {
  const std::vector<VkQueueFamilyProperties> families = families_of(physical);
  const std::optional<uint32_t> family = compute_family(families);
  if (!family) return make_error(ENODEV, "the device has no compute queue");
  queue_family_ = *family;
  timestamp_bits_ = families[queue_family_].timestampValidBits;
  device_ = GN_TRY(make_device(physical, queue_family_, facts_.imports_host_memory));
  vkGetDeviceQueue(get(), queue_family_, 0, &queue_);
  return {};
}

Result<void> VulkanDevice::make_timeline() {
  VkCommandPoolCreateInfo pool_info{};
  pool_info.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
  pool_info.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  pool_info.queueFamilyIndex = queue_family_;
  VkCommandPool pool{};
  GN_TRY(checked(vkCreateCommandPool(get(), &pool_info, nullptr, &pool), "vkCreateCommandPool"));
  command_pool_ = {get(), pool};

  VkSemaphoreTypeCreateInfo type{};
  type.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO;
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  VkSemaphoreCreateInfo semaphore_info{};
  semaphore_info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO;
  semaphore_info.pNext = &type;
  VkSemaphore semaphore{};
  GN_TRY(
      checked(vkCreateSemaphore(get(), &semaphore_info, nullptr, &semaphore), "vkCreateSemaphore"));
  timeline_ = {get(), semaphore};

  VkPipelineCacheCreateInfo cache_info{};
  cache_info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
  VkPipelineCache cache{};
  GN_TRY(
      checked(vkCreatePipelineCache(get(), &cache_info, nullptr, &cache), "vkCreatePipelineCache"));
  pipeline_cache_ = {get(), cache};
  return {};
}

Result<std::shared_ptr<const Pipeline>> VulkanDevice::pipeline(
    const Shader& shader, std::span<const uint32_t> constants) {
  std::pair key(shader.words.data(), std::vector<uint32_t>(constants.begin(), constants.end()));
  if (const auto found = pipelines_.find(key); found != pipelines_.end()) return found->second;
  std::shared_ptr<const Pipeline> pipeline =
      GN_TRY(Pipeline::create(get(), pipeline_cache_.get(), shader, constants));
  pipelines_.emplace(std::move(key), pipeline);
  return pipeline;
}

Error VulkanDevice::lose(Error error) {
  lost_ = true;
  return error;
}

Result<uint64_t> VulkanDevice::submit(VkCommandBuffer commands) {
  if (lost_) return make_error(ENODEV, "%s was lost earlier: open it again", facts_.name.c_str());
  const uint64_t ticket = last_ticket_ + 1;
  const VkSemaphore semaphore = timeline_.get();
  VkTimelineSemaphoreSubmitInfo timeline{};
  timeline.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO;
  timeline.signalSemaphoreValueCount = 1;
  timeline.pSignalSemaphoreValues = &ticket;
  VkSubmitInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  info.pNext = &timeline;
  info.commandBufferCount = 1;
  info.pCommandBuffers = &commands;
  info.signalSemaphoreCount = 1;
  info.pSignalSemaphores = &semaphore;
  const VkResult result = vkQueueSubmit(queue_, 1, &info, VK_NULL_HANDLE);
  if (result != VK_SUCCESS) return lose(vulkan_error(result, "vkQueueSubmit"));
  last_ticket_ = ticket;
  return ticket;
}

Result<void> VulkanDevice::wait(uint64_t ticket) {
  if (lost_) return make_error(ENODEV, "%s was lost earlier: open it again", facts_.name.c_str());
  const VkSemaphore semaphore = timeline_.get();
  VkSemaphoreWaitInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO;
  info.semaphoreCount = 1;
  info.pSemaphores = &semaphore;
  info.pValues = &ticket;
  const VkResult result = vkWaitSemaphores(get(), &info, options_.watchdog_ns);
  if (result == VK_TIMEOUT)
    return lose(make_error(ENODEV, "%s did not finish within %.1f s and counts as lost",
                           facts_.name.c_str(), static_cast<double>(options_.watchdog_ns) / 1e9));
  if (result != VK_SUCCESS) return lose(vulkan_error(result, "vkWaitSemaphores"));
  return {};
}

Result<void> VulkanDevice::run(VkCommandBuffer commands) {
  return wait(GN_TRY(submit(commands)));
}

}  // namespace geoneuron::engine::vulkan
