// SPDX-License-Identifier: MIT
// Compiles every shader of the project with AMD's Vulkan driver for a GPU that need not be there
// (RADV_FORCE_FAMILY), and fails where one does not compile or spills registers. Only pipelines are
// made: on such a null device images, fences and command recording crash. Run by CTest, once per
// family, in a process of its own. 77: the driver is not installed.
#include <vulkan/vulkan.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "shaders/all.hpp"
#include "shaders/operators/constants.h"

namespace {

using Constants = std::vector<uint32_t>;

constexpr int kSkipped = 77;

// Specialisations to look at beside the default one.
std::vector<Constants> variants_of(std::string_view name) {
  std::vector<Constants> variants = {{}};
  if (name == "operators/elementwise")
    for (const uint32_t op : {GN_TANH, GN_ELU, GN_ADD, GN_POW, GN_MAX})
      for (const uint32_t four : {0, 1})
        variants.push_back({op, GN_HARD_SIGMOID, 6, four, four, four});
  if (name == "operators/convolution")
    for (const uint32_t vectors : {1, 2, 4})
      for (const uint32_t transposed : {0, 1})
        variants.push_back(
            {vectors, transposed, 1, 1, 1, GN_RELU, 1, 3, 3, 1, 2, 2, 1, 1, 1, vectors == 1});
  if (name == "operators/matrix_product")
    for (const uint32_t vector : {0, 1})
      variants.push_back({vector, vector, 1, 1, 1, GN_SIGMOID, vector ? 4u : 1u});
  if (name == "operators/reduce")
    for (const uint32_t kind : {GN_REDUCE_SUM, GN_REDUCE_MAX, GN_REDUCE_SUM_EXP})
      variants.push_back({kind, 3, 3});
  if (name == "operators/pool") variants.push_back({GN_POOL_AVERAGE_WITH_PADDING, 2, 3, 3});
  if (name == "operators/move") variants.push_back({8});
  return variants;
}

struct Interface {
  std::vector<VkDescriptorSetLayoutBinding> bindings;
};

// Reads the bindings out of SPIR-V (sections 2.3 and 3.32: OpDecorate, OpVariable).
Interface interface_of(std::span<const uint32_t> words) {
  constexpr uint32_t kOpDecorate = 71, kOpVariable = 59, kBindingDecoration = 33;
  constexpr uint32_t kUniformConstant = 0, kStorageBuffer = 12;
  std::map<uint32_t, uint32_t> binding_of;
  Interface result;
  for (size_t at = 5; at < words.size(); at += words[at] >> 16) {
    const uint32_t code = words[at] & 0xffff;
    if (code == kOpDecorate && words[at + 2] == kBindingDecoration)
      binding_of[words[at + 1]] = words[at + 3];
    const bool binds = code == kOpVariable && binding_of.contains(words[at + 2]);
    if (!binds) continue;
    const uint32_t storage = words[at + 3];
    VkDescriptorType type = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
    if (storage == kStorageBuffer) type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    if (storage == kUniformConstant) type = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
    result.bindings.push_back(
        {binding_of[words[at + 2]], type, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr});
  }
  return result;
}

VkInstance make_instance() {
  VkApplicationInfo application{};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.apiVersion = VK_API_VERSION_1_2;
  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pApplicationInfo = &application;
  VkInstance instance{};
  return vkCreateInstance(&info, nullptr, &instance) == VK_SUCCESS ? instance : nullptr;
}

VkPhysicalDevice radv_device(VkInstance instance) {
  uint32_t count = 1;
  VkPhysicalDevice device{};
  const VkResult result = vkEnumeratePhysicalDevices(instance, &count, &device);
  return (result == VK_SUCCESS || result == VK_INCOMPLETE) && count > 0 ? device : nullptr;
}

VkDevice make_device(VkPhysicalDevice physical) {
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR executable{};
  executable.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR;
  executable.pipelineExecutableInfo = VK_TRUE;
  const char* extension = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
  VkPhysicalDeviceFeatures features{};
  features.robustBufferAccess = VK_TRUE;
  VkDeviceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.pNext = &executable;
  info.pEnabledFeatures = &features;
  info.enabledExtensionCount = 1;
  info.ppEnabledExtensionNames = &extension;
  VkDeviceQueueCreateInfo queue{};
  const float priority = 1;
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  VkDevice device{};
  return vkCreateDevice(physical, &info, nullptr, &device) == VK_SUCCESS ? device : nullptr;
}

VkPipelineLayout make_layout(VkDevice device, const Interface& interface) {
  VkDescriptorSetLayoutCreateInfo set_info{};
  set_info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set_info.bindingCount = static_cast<uint32_t>(interface.bindings.size());
  set_info.pBindings = interface.bindings.data();
  VkDescriptorSetLayout set{};
  if (vkCreateDescriptorSetLayout(device, &set_info, nullptr, &set) != VK_SUCCESS) return nullptr;
  const VkPushConstantRange push{VK_SHADER_STAGE_COMPUTE_BIT, 0, 128};
  VkPipelineLayoutCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  info.setLayoutCount = 1;
  info.pSetLayouts = &set;
  info.pushConstantRangeCount = 1;
  info.pPushConstantRanges = &push;
  VkPipelineLayout layout{};
  return vkCreatePipelineLayout(device, &info, nullptr, &layout) == VK_SUCCESS ? layout : nullptr;
}

VkPipeline compile(VkDevice device, const geoneuron::shaders::NamedShader& shader,
                   const Constants& constants) {
  VkShaderModuleCreateInfo module_info{};
  module_info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  module_info.codeSize = shader.words.size_bytes();
  module_info.pCode = shader.words.data();
  VkShaderModule module{};
  if (vkCreateShaderModule(device, &module_info, nullptr, &module) != VK_SUCCESS) return nullptr;
  std::vector<VkSpecializationMapEntry> entries;
  for (uint32_t i = 0; i < constants.size(); ++i) entries.push_back({i, i * 4, 4});
  const VkSpecializationInfo specialization{static_cast<uint32_t>(entries.size()), entries.data(),
                                            constants.size() * 4, constants.data()};
  VkComputePipelineCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.flags = VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module;
  info.stage.pName = "main";
  info.stage.pSpecializationInfo = &specialization;
  info.layout = make_layout(device, interface_of(shader.words));
  VkPipeline pipeline{};
  const VkResult result =
      vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &info, nullptr, &pipeline);
  vkDestroyShaderModule(device, module, nullptr);
  return result == VK_SUCCESS ? pipeline : nullptr;
}

std::map<std::string, uint64_t> statistics_of(VkDevice device, VkPipeline pipeline) {
  const auto get = reinterpret_cast<PFN_vkGetPipelineExecutableStatisticsKHR>(
      vkGetDeviceProcAddr(device, "vkGetPipelineExecutableStatisticsKHR"));
  VkPipelineExecutableInfoKHR info{};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR;
  info.pipeline = pipeline;
  uint32_t count = 0;
  std::map<std::string, uint64_t> result;
  if (get == nullptr || get(device, &info, &count, nullptr) != VK_SUCCESS) return result;
  std::vector<VkPipelineExecutableStatisticKHR> statistics(count);
  for (auto& statistic : statistics)
    statistic.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  get(device, &info, &count, statistics.data());
  for (const auto& statistic : statistics) result[statistic.name] = statistic.value.u64;
  return result;
}

// Prints what the compiler made of the shader; false where it is not good enough.
bool lint(VkDevice device, const geoneuron::shaders::NamedShader& shader,
          const Constants& constants) {
  const VkPipeline pipeline = compile(device, shader, constants);
  const std::string name(shader.name);
  if (pipeline == nullptr) {
    std::printf("%s: does not compile\n", name.c_str());
    return false;
  }
  auto statistics = statistics_of(device, pipeline);
  vkDestroyPipeline(device, pipeline, nullptr);
  if (!statistics.contains("Spilled VGPRs") || !statistics.contains("Spilled SGPRs")) {
    std::printf("%s: the driver tells no spills\n", name.c_str());
    return false;
  }
  const uint64_t spills = statistics["Spilled VGPRs"] + statistics["Spilled SGPRs"];
  std::printf("%s (%zu constants): %llu VGPRs, %llu SGPRs, %llu spilled\n", name.c_str(),
              constants.size(), static_cast<unsigned long long>(statistics["VGPRs"]),
              static_cast<unsigned long long>(statistics["SGPRs"]),
              static_cast<unsigned long long>(spills));
  return spills == 0;
}

}  // namespace

int main() {
  const VkInstance instance = make_instance();
  const VkPhysicalDevice physical = instance == nullptr ? nullptr : radv_device(instance);
  if (physical == nullptr) {
    std::puts("skipped: the radeon Vulkan driver is not installed");
    return kSkipped;
  }
  VkPhysicalDeviceProperties properties{};
  vkGetPhysicalDeviceProperties(physical, &properties);
  std::printf("for %s\n", properties.deviceName);
  const VkDevice device = make_device(physical);
  if (device == nullptr) {
    std::puts("the null device does not open");
    return 1;
  }
  size_t complaints = 0;
  for (const auto& shader : geoneuron::shaders::kAll)
    for (const Constants& constants : variants_of(shader.name))
      complaints += lint(device, shader, constants) ? 0 : 1;
  std::printf("%zu complaints\n", complaints);
  // Neither device nor instance is destroyed: on a null device that is not safe either.
  std::fflush(stdout);
  return complaints == 0 ? 0 : 1;
}
