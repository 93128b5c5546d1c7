// SPDX-License-Identifier: MIT
#include "cli/device_report.hpp"

#include <gmock/gmock.h>

namespace geoneuron::cli {
namespace {

using testing::HasSubstr;

Device device(const char* id, bool is_hardware) {
  Device result;
  result.id = id;
  result.name = id;
  result.is_hardware = is_hardware;
  result.memory_bytes = 1 << 30;
  return result;
}

TEST(DeviceReport, SaysThatAutoTriesEveryHardwareDevice) {
  DeviceList several;
  several.devices = {device("cpu", false), device("vulkan:0", true), device("vulkan:1", false),
                     device("vulkan:2", true)};
  several.automatic = {"vulkan:0", "the first", ""};
  several.tries = {"vulkan:0", "vulkan:2", "cpu"};
  EXPECT_THAT(to_text(several),
              HasSubstr("auto takes the first of these that opens: vulkan:0, vulkan:2, cpu\n"));
  EXPECT_EQ(to_json(several)["auto"]["tries"],
            nlohmann::ordered_json::array({"vulkan:0", "vulkan:2", "cpu"}));
}

TEST(DeviceReport, SaysWhyAutoTakesTheCores) {
  DeviceList one;
  one.devices = {device("cpu", false), device("vulkan:0", false)};
  one.automatic = {"cpu", "no hardware Vulkan device", ""};
  one.tries = {"cpu"};
  EXPECT_THAT(to_text(one), HasSubstr("auto takes cpu: no hardware Vulkan device"));
}

}  // namespace
}  // namespace geoneuron::cli
