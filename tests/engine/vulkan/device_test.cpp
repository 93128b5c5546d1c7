// SPDX-License-Identifier: MIT
#include "engine/vulkan/device.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/commands.hpp"
#include "engine/vulkan/status.hpp"
#include "engine/vulkan/vulkan_fixture.hpp"
#include "shaders/operators/constants.h"
#include "shaders/operators/elementwise.hpp"

namespace geoneuron::engine::vulkan {
namespace {

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0;
  float numbers[4] = {};
  uint32_t extents[8] = {}, a_strides[8] = {1}, b_strides[8] = {1};
};

Shader elementwise() {
  return {"operators/elementwise", shaders::operators_elementwise, kBindings, sizeof(Parameters)};
}

using Device = VulkanTest;

TEST_F(Device, AddsTwoBuffers) {
  constexpr uint32_t kCount = 1000;
  Buffer a = Buffer::create(test_device(), kCount * 4, MemoryUse::kUpload).value();
  Buffer sum = Buffer::create(test_device(), kCount * 4, MemoryUse::kReadback).value();
  for (uint32_t i = 0; i < kCount; ++i) reinterpret_cast<float*>(a.mapped())[i] = float(i) * 0.5f;
  const uint32_t constants[] = {GN_ADD, GN_COPY, 1};
  auto pipeline = test_device()->pipeline(elementwise(), constants).value();
  EXPECT_EQ(pipeline, test_device()->pipeline(elementwise(), constants).value());

  Commands commands = Commands::begin(test_device()).value();
  Timestamps times = Timestamps::create(test_device(), 2).value();
  commands.reset(times);
  commands.timestamp(times, 0);
  const Binding bindings[] = {
      {sum.get(), 0, kCount * 4}, {a.get(), 0, kCount * 4}, {a.get(), 0, kCount * 4}};
  Parameters parameters{.count = kCount};
  ASSERT_TRUE(commands.dispatch(*pipeline, bindings, bytes_of(parameters), {16, 1, 1}));
  commands.barrier_to_host();
  commands.timestamp(times, 1);
  ASSERT_TRUE(commands.end());
  for (int run = 0; run < 2; ++run) {
    std::memset(sum.mapped(), 0, kCount * 4);
    ASSERT_TRUE(test_device()->run(commands.get()));
    for (uint32_t i = 0; i < kCount; ++i)
      ASSERT_EQ(reinterpret_cast<float*>(sum.mapped())[i], float(i));
  }
  const std::vector<uint64_t> taken = times.read().value();
  EXPECT_EQ(taken[0], 0u);
  EXPECT_EQ(taken[1] > 0, test_device()->has_timestamps());
}

TEST_F(Device, RefusesGridsThatNoDeviceHas) {
  Buffer a = Buffer::create(test_device(), 4, MemoryUse::kDevice).value();
  const uint32_t constants[] = {GN_NEG, GN_COPY, 1};
  auto pipeline = test_device()->pipeline(elementwise(), constants).value();
  Commands commands = Commands::begin(test_device()).value();
  const Binding bindings[] = {{a.get(), 0, 4}, {a.get(), 0, 4}, {a.get(), 0, 4}};
  const auto result = commands.dispatch(*pipeline, bindings, bytes_of(Parameters{}), {65536, 1, 1});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, EOVERFLOW);
}

TEST_F(Device, CountsAsLostWhenTheWatchdogBites) {
  auto instance = Instance::shared().value();
  auto physical = instance->physical_devices().value();
  auto device = VulkanDevice::open(instance, physical.front(), {.watchdog_ns = 1}).value();
  Buffer a = Buffer::create(device, 64 << 20, MemoryUse::kDevice).value();
  Commands commands = Commands::begin(device).value();
  for (int i = 0; i < 20; ++i) {
    commands.fill(a.get(), 0, a.size_bytes(), 1);
    commands.barrier();
  }
  ASSERT_TRUE(commands.end());
  const auto result = device->run(commands.get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ENODEV);
  EXPECT_TRUE(device->is_lost());
  EXPECT_EQ(device->submit(commands.get()).error().code, ENODEV);
  // What is still running must end before its buffers go.
  vkDeviceWaitIdle(device->get());
}

TEST_F(Device, ImportsHostPagesAndRefusesMisalignedOnes) {
  if (!test_device()->facts().imports_host_memory) GTEST_SKIP() << "no host-pointer import";
  constexpr size_t kBytes = 64 << 10;
  auto* memory = static_cast<std::byte*>(
      mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  {
    Buffer imported = Buffer::import_host(test_device(), {memory, kBytes}).value();
    Commands commands = Commands::begin(test_device()).value();
    commands.fill(imported.get(), 0, kBytes, 0x01020304);
    commands.barrier_to_host();
    ASSERT_TRUE(commands.end());
    ASSERT_TRUE(test_device()->run(commands.get()));
    EXPECT_EQ(memory[kBytes - 1], std::byte{1});
  }
  const auto misaligned = Buffer::import_host(test_device(), {memory + 64, 4096});
  ASSERT_FALSE(misaligned);
  EXPECT_EQ(misaligned.error().code, EINVAL);
  munmap(memory, kBytes);
}

TEST_F(Device, SaysWhenMemoryIsNotThere) {
  const auto result = Buffer::create(test_device(), uint64_t{1} << 46, MemoryUse::kDevice);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ENOMEM);
}

TEST(VulkanStatus, NamesTheResult) {
  const Error error = vulkan_error(VK_ERROR_DEVICE_LOST, "vkQueueSubmit");
  EXPECT_EQ(error.code, ENODEV);
  EXPECT_EQ(error.message, "vkQueueSubmit failed with VK_ERROR_DEVICE_LOST");
}

// Makes a buffer of no bytes under the validation layer, which complains, and leaves.
[[noreturn]] void leave_with_a_complaint() {
  setenv("GEONEURON_VALIDATION", "1", 1);
  if (!test_device()) std::exit(2);
  VkBufferCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
  VkBuffer buffer{};
  if (vkCreateBuffer(test_device()->get(), &info, nullptr, &buffer) == VK_SUCCESS)
    vkDestroyBuffer(test_device()->get(), buffer, nullptr);
  std::exit(EXIT_SUCCESS);
}

TEST(Validation, FailsTheProcessThatItComplainsAbout) {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  if (std::ranges::none_of(layers, [](const VkLayerProperties& layer) {
        return std::string_view(layer.layerName) == "VK_LAYER_KHRONOS_validation";
      }))
    GTEST_SKIP() << "vulkan-validationlayers is not installed";
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(leave_with_a_complaint(), testing::ExitedWithCode(EXIT_FAILURE),
              "complaints: the exit status is 1");
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
