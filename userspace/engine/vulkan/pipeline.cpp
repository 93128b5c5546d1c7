// SPDX-License-Identifier: MIT
#include "engine/vulkan/pipeline.hpp"

#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {

VkDescriptorType descriptor_type(BindingKind kind) {
  return kind == BindingKind::kStorageBuffer ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
                                             : VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
}

Result<std::shared_ptr<const Pipeline>> Pipeline::create(VkDevice device, VkPipelineCache cache,
                                                         const Shader& shader,
                                                         std::span<const uint32_t> constants) {
  std::shared_ptr<Pipeline> pipeline(new Pipeline);
  pipeline->bindings_.assign(shader.bindings.begin(), shader.bindings.end());
  pipeline->push_bytes_ = shader.push_bytes;
  assert(shader.push_bytes <= kMaximumPushBytes);
  const std::string context = "shader " + std::string(shader.name);
  GN_TRY(with_context(pipeline->make_layout(device), context));
  GN_TRY(with_context(pipeline->compile(device, cache, shader, constants), context));
  return std::shared_ptr<const Pipeline>(std::move(pipeline));
}

Result<void> Pipeline::make_layout(VkDevice device) {
  std::vector<VkDescriptorSetLayoutBinding> bindings(bindings_.size());
  for (uint32_t i = 0; i < bindings.size(); ++i)
    bindings[i] = {i, descriptor_type(bindings_[i]), 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  VkDescriptorSetLayoutCreateInfo set_info{};
  set_info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set_info.bindingCount = static_cast<uint32_t>(bindings.size());
  set_info.pBindings = bindings.data();
  VkDescriptorSetLayout set{};
  GN_TRY(checked(vkCreateDescriptorSetLayout(device, &set_info, nullptr, &set),
                 "vkCreateDescriptorSetLayout"));
  set_layout_ = {device, set};

  const VkPushConstantRange push{VK_SHADER_STAGE_COMPUTE_BIT, 0, push_bytes_};
  VkPipelineLayoutCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  info.setLayoutCount = 1;
  info.pSetLayouts = &set;
  info.pushConstantRangeCount = push_bytes_ > 0 ? 1 : 0;
  info.pPushConstantRanges = &push;
  VkPipelineLayout layout{};
  GN_TRY(
      checked(vkCreatePipelineLayout(device, &info, nullptr, &layout), "vkCreatePipelineLayout"));
  layout_ = {device, layout};
  return {};
}

Result<void> Pipeline::compile(VkDevice device, VkPipelineCache cache, const Shader& shader,
                               std::span<const uint32_t> constants) {
  VkShaderModuleCreateInfo module_info{};
  module_info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  module_info.codeSize = shader.words.size_bytes();
  module_info.pCode = shader.words.data();
  VkShaderModule created{};
  GN_TRY(checked(vkCreateShaderModule(device, &module_info, nullptr, &created),
                 "vkCreateShaderModule"));
  const Handle<vkDestroyShaderModule> module(device, created);

  std::vector<VkSpecializationMapEntry> entries(constants.size());
  for (uint32_t i = 0; i < entries.size(); ++i)
    entries[i] = {i, i * static_cast<uint32_t>(sizeof(uint32_t)), sizeof(uint32_t)};
  const VkSpecializationInfo specialization{static_cast<uint32_t>(entries.size()), entries.data(),
                                            constants.size_bytes(), constants.data()};
  VkComputePipelineCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module.get();
  info.stage.pName = "main";
  info.stage.pSpecializationInfo = &specialization;
  info.layout = layout_.get();
  VkPipeline pipeline{};
  GN_TRY(checked(vkCreateComputePipelines(device, cache, 1, &info, nullptr, &pipeline),
                 "vkCreateComputePipelines"));
  pipeline_ = {device, pipeline};
  return {};
}

}  // namespace geoneuron::engine::vulkan
