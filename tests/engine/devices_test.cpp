// SPDX-License-Identifier: MIT
#include "engine/devices.hpp"

#include <gmock/gmock.h>

namespace geoneuron::engine {
namespace {

using testing::HasSubstr;

DeviceDescription vulkan(int number, const char* name, bool is_hardware) {
  DeviceDescription device;
  device.id = "vulkan:" + std::to_string(number);
  device.name = name;
  device.is_hardware = is_hardware;
  device.memory_bytes = uint64_t{1} << 30;
  return device;
}

// What RADV shows for a family that it only compiles for.
DeviceDescription without_memory(DeviceDescription device) {
  device.memory_bytes = 0;
  return device;
}

Result<OpenedUnit> fails_to_open(size_t number, DeviceDescription) {
  return make_error(ENODEV, "vulkan:%zu: is lost", number);
}

DeviceList machine(std::vector<DeviceDescription> devices) {
  DeviceList list;
  list.devices.emplace_back();
  list.devices[0].id = "cpu";
  list.devices[0].name = "cores";
  list.devices.insert(list.devices.end(), devices.begin(), devices.end());
  if (devices.empty()) list.vulkan_problem = "no driver";
  return list;
}

const DeviceDescription kLavapipe = vulkan(0, "llvmpipe (LLVM 15.0.6, 256 bits)", false);
const DeviceDescription kRadeon = vulkan(1, "AMD Radeon RX 7900", true);

TEST(Devices, AutoPrefersHardwareAndElseTakesTheCores) {
  EXPECT_EQ(choose_device("auto", machine({kLavapipe, kRadeon}))->device, 2u);
  const auto software = choose_device("auto", machine({kLavapipe}));
  EXPECT_EQ(software->device, 0u);
  EXPECT_THAT(software->reason, HasSubstr("software Vulkan"));
  const auto none = choose_device("auto", machine({}));
  EXPECT_EQ(none->device, 0u);
  EXPECT_THAT(none->reason, HasSubstr("no driver"));
}

TEST(Devices, VulkanPrefersHardwareAndElseTakesSoftware) {
  EXPECT_EQ(choose_device("vulkan", machine({kLavapipe, kRadeon}))->device, 2u);
  EXPECT_EQ(choose_device("vulkan", machine({kLavapipe}))->device, 1u);
}

TEST(Devices, FindsDevicesByNumberAndByName) {
  EXPECT_EQ(choose_device("vulkan:0", machine({kLavapipe, kRadeon}))->device, 1u);
  EXPECT_EQ(choose_device("vulkan:1", machine({kLavapipe, kRadeon}))->device, 2u);
  EXPECT_EQ(choose_device("lavapipe", machine({kLavapipe, kRadeon}))->device, 1u);
  EXPECT_EQ(choose_device("cpu", machine({kRadeon}))->device, 0u);
}

TEST(Devices, SaysWhatThereIsWhenADeviceIsMissing) {
  for (const char* selector : {"vulkan", "vulkan:7", "lavapipe"}) {
    const auto result = choose_device(selector, machine({}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ENODEV);
    EXPECT_THAT(result.error().message, HasSubstr("no driver"));
    EXPECT_THAT(result.error().message, HasSubstr("cpu (cores)"));
  }
  EXPECT_FALSE(choose_device("lavapipe", machine({kRadeon})));
}

TEST(Devices, RefusesOtherSelectors) {
  for (const char* selector : {"", "gpu", "vulkan:", "vulkan:x", "vulkan:1x", "vulkan:-1", "CPU"}) {
    const auto result = choose_device(selector, machine({kLavapipe}));
    ASSERT_FALSE(result) << selector;
    EXPECT_EQ(result.error().code, EINVAL) << selector;
    EXPECT_THAT(result.error().message, HasSubstr("auto, cpu, vulkan, vulkan:N or lavapipe"));
  }
}

TEST(Devices, PassesOverDevicesWithoutMemory) {
  const DeviceList list = machine({without_memory(vulkan(0, "AMD NAVI21", true)), kRadeon});
  EXPECT_EQ(choose_device("auto", list)->device, 2u);
  EXPECT_EQ(choose_device("vulkan", list)->device, 2u);
  const auto refused = choose_device("vulkan:0", list);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ENODEV);
  EXPECT_THAT(refused.error().message, HasSubstr("AMD NAVI21 has no memory"));
  const auto only = choose_device("auto", machine({without_memory(kLavapipe)}));
  EXPECT_EQ(only->device, 0u);
  EXPECT_THAT(only->reason, HasSubstr("no Vulkan device has memory"));
}

TEST(Devices, AutoTriesUsableHardwareInOrderAndThenTheCores) {
  const DeviceList list = machine({without_memory(vulkan(0, "AMD NAVI21", true)), kRadeon});
  EXPECT_THAT(tried_automatically(list), testing::ElementsAre("vulkan:1", "cpu"));
  EXPECT_THAT(tried_automatically(machine({kLavapipe})), testing::ElementsAre("cpu"));
}

TEST(Devices, AutoTakesTheCoresWhereHardwareDoesNotOpenAndSaysWhy) {
  const auto opened = open_unit("auto", {}, machine({kLavapipe, kRadeon}), fails_to_open);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->unit->description().id, "cpu");
  EXPECT_EQ(opened->vulkan, nullptr);
  EXPECT_TRUE(opened->fell_back);
  EXPECT_THAT(opened->reason, HasSubstr("vulkan:1 (AMD Radeon RX 7900) does not open"));
  EXPECT_THAT(opened->reason, HasSubstr("vulkan:1: is lost"));
}

TEST(Devices, AutoTriesEachHardwareDeviceInOrder) {
  const DeviceList list = machine({kLavapipe, kRadeon, without_memory(vulkan(2, "ghost", true)),
                                   vulkan(3, "Intel Arc", true), vulkan(4, "spare", true)});
  std::vector<size_t> tried;
  const auto only_arc_opens = [&](size_t number, DeviceDescription description) {
    tried.push_back(number);
    return number == 3 ? open_unit("cpu", {.threads = 1})  // a stand-in for the device
                       : fails_to_open(number, std::move(description));
  };
  const auto opened = open_unit("auto", {}, list, only_arc_opens);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(tried, testing::ElementsAre(1, 3));
  EXPECT_TRUE(opened->fell_back);
  EXPECT_THAT(opened->reason, HasSubstr("vulkan:1 (AMD Radeon RX 7900) does not open"));
  const auto none = open_unit("auto", {}, list, fails_to_open);
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_TRUE(none->fell_back);
  for (const char* device : {"vulkan:1 (", "vulkan:3 (Intel Arc)", "vulkan:4 (spare)"})
    EXPECT_THAT(none->reason, HasSubstr(device));
}

TEST(Devices, WhatIsAskedForIsNotReplaced) {
  for (const char* selector : {"vulkan", "vulkan:1"}) {
    const auto opened = open_unit(selector, {}, machine({kLavapipe, kRadeon}), fails_to_open);
    ASSERT_FALSE(opened) << selector;
    EXPECT_EQ(opened.error().code, ENODEV);
  }
}

TEST(Devices, ListsTheCoresFirst) {
  const DeviceList list = list_devices();
  ASSERT_FALSE(list.devices.empty());
  EXPECT_EQ(list.devices[0].id, "cpu");
  EXPECT_GT(list.devices[0].threads, 0u);
  EXPECT_GT(list.devices[0].memory_bytes, 0u);
  EXPECT_EQ(list.vulkan_problem.empty(), list.devices.size() > 1);
}

TEST(Devices, OpensTheCoresAndWhatIsAskedFor) {
  const auto cpu = open_unit("cpu", {.threads = 1});
  ASSERT_TRUE(cpu);
  EXPECT_EQ(cpu->unit->description().id, "cpu");
  EXPECT_EQ(cpu->vulkan, nullptr);
  EXPECT_EQ(open_unit("gpu").error().code, EINVAL);
}

TEST(Devices, OpensVulkan) {
  if (list_devices().devices.size() == 1) GTEST_SKIP() << "no Vulkan device on this machine";
  const auto vulkan = open_unit("vulkan");
  ASSERT_TRUE(vulkan);
  EXPECT_THAT(vulkan->unit->description().id, testing::StartsWith("vulkan:"));
  EXPECT_NE(vulkan->vulkan, nullptr);
}

}  // namespace
}  // namespace geoneuron::engine
