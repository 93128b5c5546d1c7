// SPDX-License-Identifier: MIT
#include "engine/vulkan/commands.hpp"

#include <algorithm>

#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {
namespace {

constexpr uint32_t kSetsPerPool = 64;
constexpr uint32_t kDescriptorsPerPool = kSetsPerPool * 4;

constexpr VkAccessFlags kAllAccess = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT |
                                     VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
constexpr VkPipelineStageFlags kAllStages =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;

void record_barrier(VkCommandBuffer commands, VkPipelineStageFlags to, VkAccessFlags access) {
  VkMemoryBarrier barrier{};
  barrier.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
  barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  barrier.dstAccessMask = access;
  vkCmdPipelineBarrier(commands, kAllStages, to, 0, 1, &barrier, 0, nullptr, 0, nullptr);
}

}  // namespace

Commands::BufferHandle::BufferHandle(BufferHandle&& other) noexcept
    : device_(other.device_), pool_(other.pool_), buffer_(std::exchange(other.buffer_, nullptr)) {}

Commands::BufferHandle& Commands::BufferHandle::operator=(BufferHandle&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(pool_, other.pool_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

Commands::BufferHandle::~BufferHandle() {
  if (buffer_ != nullptr) vkFreeCommandBuffers(device_, pool_, 1, &buffer_);
}

Result<Commands> Commands::begin(const std::shared_ptr<VulkanDevice>& device) {
  Commands commands;
  commands.device_ = device;
  VkCommandBufferAllocateInfo allocate{};
  allocate.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
  allocate.commandPool = device->command_pool();
  allocate.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  allocate.commandBufferCount = 1;
  VkCommandBuffer buffer{};
  GN_TRY(checked(vkAllocateCommandBuffers(device->get(), &allocate, &buffer),
                 "vkAllocateCommandBuffers"));
  commands.buffer_ = BufferHandle(device->get(), device->command_pool(), buffer);
  VkCommandBufferBeginInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
  GN_TRY(checked(vkBeginCommandBuffer(buffer, &info), "vkBeginCommandBuffer"));
  return commands;
}

Result<void> Commands::add_pool() {
  const std::array<VkDescriptorPoolSize, 2> sizes{{
      {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, kDescriptorsPerPool},
      {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, kDescriptorsPerPool},
  }};
  VkDescriptorPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
  info.maxSets = kSetsPerPool;
  info.poolSizeCount = static_cast<uint32_t>(sizes.size());
  info.pPoolSizes = sizes.data();
  VkDescriptorPool pool{};
  GN_TRY(checked(vkCreateDescriptorPool(device_->get(), &info, nullptr, &pool),
                 "vkCreateDescriptorPool"));
  pools_.emplace_back(device_->get(), pool);
  return {};
}

Result<VkDescriptorSet> Commands::allocate_set(VkDescriptorSetLayout layout) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (pools_.empty() || attempt == 1) GN_TRY(add_pool());
    VkDescriptorSetAllocateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
    info.descriptorPool = pools_.back().get();
    info.descriptorSetCount = 1;
    info.pSetLayouts = &layout;
    VkDescriptorSet set{};
    const VkResult result = vkAllocateDescriptorSets(device_->get(), &info, &set);
    if (result == VK_SUCCESS) return set;
    // The pool is full: the second attempt has a new one.
    const bool full = result == VK_ERROR_OUT_OF_POOL_MEMORY || result == VK_ERROR_FRAGMENTED_POOL;
    if (!full) return vulkan_error(result, "vkAllocateDescriptorSets");
  }
  return vulkan_error(VK_ERROR_OUT_OF_POOL_MEMORY, "vkAllocateDescriptorSets");
}

Result<VkBufferView> Commands::view_of(const Binding& binding) {
  VkBufferViewCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO;
  info.buffer = binding.buffer;
  info.format = binding.format;
  info.offset = binding.offset_bytes;
  info.range = binding.size_bytes;
  VkBufferView view{};
  GN_TRY(checked(vkCreateBufferView(device_->get(), &info, nullptr, &view), "vkCreateBufferView"));
  views_.emplace_back(device_->get(), view);
  return view;
}

Result<VkDescriptorSet> Commands::describe(const Pipeline& pipeline,
                                           std::span<const Binding> bindings) {
  assert(bindings.size() == pipeline.bindings().size());
  VkDescriptorSet set = GN_TRY(allocate_set(pipeline.set_layout()));
  std::vector<VkDescriptorBufferInfo> ranges(bindings.size());
  std::vector<VkBufferView> views(bindings.size());
  std::vector<VkWriteDescriptorSet> writes(bindings.size());
  for (uint32_t i = 0; i < bindings.size(); ++i) {
    writes[i].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
    writes[i].dstSet = set;
    writes[i].dstBinding = i;
    writes[i].descriptorCount = 1;
    writes[i].descriptorType = descriptor_type(pipeline.bindings()[i]);
    if (pipeline.bindings()[i] == BindingKind::kTexelBuffer)
      views[i] = GN_TRY(view_of(bindings[i]));
    ranges[i] = {bindings[i].buffer, bindings[i].offset_bytes, bindings[i].size_bytes};
    writes[i].pBufferInfo = &ranges[i];
    writes[i].pTexelBufferView = &views[i];
  }
  vkUpdateDescriptorSets(device_->get(), static_cast<uint32_t>(writes.size()), writes.data(), 0,
                         nullptr);
  return set;
}

Result<void> Commands::dispatch(const Pipeline& pipeline, std::span<const Binding> bindings,
                                std::span<const std::byte> push, Groups groups) {
  assert(push.size() == pipeline.push_bytes());
  if (std::any_of(groups.begin(), groups.end(), [](uint32_t n) { return n > kMaximumGroups; }))
    return make_error(EOVERFLOW, "a grid of %ux%ux%u workgroups: at most %u per axis", groups[0],
                      groups[1], groups[2], kMaximumGroups);
  if (groups[0] == 0 || groups[1] == 0 || groups[2] == 0) return {};
  const VkDescriptorSet set = GN_TRY(describe(pipeline, bindings));
  vkCmdBindPipeline(get(), VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.get());
  vkCmdBindDescriptorSets(get(), VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.layout(), 0, 1, &set, 0,
                          nullptr);
  if (!push.empty())
    vkCmdPushConstants(get(), pipeline.layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0,
                       static_cast<uint32_t>(push.size()), push.data());
  vkCmdDispatch(get(), groups[0], groups[1], groups[2]);
  return {};
}

void Commands::barrier() {
  record_barrier(get(), kAllStages, kAllAccess);
}

void Commands::barrier_to_host() {
  record_barrier(get(), VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void Commands::copy(VkBuffer from, uint64_t from_offset, VkBuffer to, uint64_t to_offset,
                    uint64_t bytes) {
  if (bytes == 0) return;
  const VkBufferCopy region{from_offset, to_offset, bytes};
  vkCmdCopyBuffer(get(), from, to, 1, &region);
}

void Commands::fill(VkBuffer buffer, uint64_t offset, uint64_t bytes, uint32_t word) {
  if (bytes != 0) vkCmdFillBuffer(get(), buffer, offset, bytes, word);
}

void Commands::reset(const Timestamps& timestamps) {
  if (timestamps.get() != VK_NULL_HANDLE)
    vkCmdResetQueryPool(get(), timestamps.get(), 0, timestamps.count());
}

void Commands::timestamp(const Timestamps& timestamps, uint32_t index) {
  assert(index < timestamps.count() || timestamps.get() == VK_NULL_HANDLE);
  if (timestamps.get() != VK_NULL_HANDLE)
    vkCmdWriteTimestamp(get(), VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, timestamps.get(), index);
}

Result<void> Commands::end() {
  return checked(vkEndCommandBuffer(get()), "vkEndCommandBuffer");
}

}  // namespace geoneuron::engine::vulkan
