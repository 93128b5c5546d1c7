// SPDX-License-Identifier: MIT
// VulkanDevice: one opened physical device: its queue, limits, pipelines and timeline. Shared by
// the operators and the pixels of one worker. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/vulkan/handle.hpp"
#include "engine/vulkan/instance.hpp"
#include "engine/vulkan/pipeline.hpp"

namespace geoneuron::engine::vulkan {

struct DeviceOptions {
  // A submission that takes longer is taken for a hang: the device then counts as lost.
  uint64_t watchdog_ns = 120'000'000'000;
  // False: device memory is never mapped, as on a discrete GPU, and all bytes are copied.
  bool maps_device_memory = true;
};

// What a physical device says of itself.
struct DeviceFacts {
  std::string name;
  std::string driver;                       // name and version
  std::optional<uint64_t> drm_render_node;  // dev_t of its render node, where the driver tells it
  std::optional<uint64_t> drm_primary_node;
  VkPhysicalDeviceType type = VK_PHYSICAL_DEVICE_TYPE_OTHER;
  VkDriverId driver_id{};
  uint64_t memory_bytes = 0;  // largest device-local heap
  VkPhysicalDeviceLimits limits{};
  bool imports_host_memory = false;
  uint64_t host_import_alignment = 4096;

  bool is_hardware() const { return type != VK_PHYSICAL_DEVICE_TYPE_CPU; }
};

DeviceFacts facts_of(VkPhysicalDevice device);

class VulkanDevice {
 public:
  // Errors: ENODEV where it has no compute queue or cannot be opened.
  static Result<std::shared_ptr<VulkanDevice>> open(std::shared_ptr<Instance> instance,
                                                    VkPhysicalDevice physical,
                                                    const DeviceOptions& options = {});
  ~VulkanDevice();
  VulkanDevice(const VulkanDevice&) = delete;
  VulkanDevice& operator=(const VulkanDevice&) = delete;

  VkDevice get() const { return device_.get(); }
  VkCommandPool command_pool() const { return command_pool_.get(); }
  const DeviceFacts& facts() const { return facts_; }
  const DeviceOptions& options() const { return options_; }
  const VkPhysicalDeviceLimits& limits() const { return facts_.limits; }
  const VkPhysicalDeviceMemoryProperties& memory_properties() const { return memory_; }
  // False where the queue has no timestamps; then durations are unknown.
  bool has_timestamps() const { return timestamp_bits_ != 0; }
  uint32_t timestamp_bits() const { return timestamp_bits_; }

  // The pipeline of a shader with these specialisation constants (ids 0, 1, 2, ...); compiled when
  // first asked for.
  Result<std::shared_ptr<const Pipeline>> pipeline(const Shader& shader,
                                                   std::span<const uint32_t> constants);

  // Starts recorded commands; returns the ticket that wait() takes. Several may be in flight; they
  // run in order. ENODEV when the device is lost.
  Result<uint64_t> submit(VkCommandBuffer commands);
  // Waits for a ticket. ENODEV when the device is lost, or when the watchdog's time is over.
  Result<void> wait(uint64_t ticket);
  // Both, one after the other.
  Result<void> run(VkCommandBuffer commands);
  // Whether a submission failed or hung; nothing works any more then.
  bool is_lost() const { return lost_; }

 private:
  VulkanDevice() = default;
  Result<void> make_queue(VkPhysicalDevice physical);
  Result<void> make_timeline();
  Error lose(Error error);

  std::shared_ptr<Instance> instance_;
  DeviceFacts facts_;
  DeviceOptions options_;
  VkPhysicalDeviceMemoryProperties memory_{};
  uint32_t queue_family_ = 0;
  uint32_t timestamp_bits_ = 0;
  bool lost_ = false;
  uint64_t last_ticket_ = 0;
  // Destroyed in reverse order: the device last.
  Handle<vkDestroyDevice> device_;
  VkQueue queue_{};
  Handle<vkDestroyCommandPool> command_pool_;
  Handle<vkDestroySemaphore> timeline_;
  Handle<vkDestroyPipelineCache> pipeline_cache_;
  std::map<std::pair<const uint32_t*, std::vector<uint32_t>>, std::shared_ptr<const Pipeline>>
      pipelines_;
};

}  // namespace geoneuron::engine::vulkan
