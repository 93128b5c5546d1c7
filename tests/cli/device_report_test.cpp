// SPDX-License-Identifier: MIT
#include "cli/device_report.hpp"

#include <gmock/gmock.h>

namespace geoneuron::cli {
namespace {

using testing::HasSubstr;

engine::DeviceDescription device(const char* id, bool is_hardware) {
  engine::DeviceDescription result;
  result.id = id;
  result.name = id;
  result.is_hardware = is_hardware;
  result.memory_bytes = 1 << 30;
  return result;
}

DeviceOverview overview(std::vector<engine::DeviceDescription> vulkan) {
  DeviceOverview result{{}, engine::DeviceChoice{}};
  result.list.devices = {device("cpu", false)};
  result.list.devices.insert(result.list.devices.end(), vulkan.begin(), vulkan.end());
  result.automatic = engine::choose_device("auto", result.list);
  return result;
}

TEST(DeviceReport, SaysThatAutoTriesEveryHardwareDevice) {
  const DeviceOverview several =
      overview({device("vulkan:0", true), device("vulkan:1", false), device("vulkan:2", true)});
  EXPECT_THAT(to_text(several),
              HasSubstr("auto takes the first of these that opens: vulkan:0, vulkan:2, cpu\n"));
  EXPECT_EQ(to_json(several)["auto"]["tries"],
            nlohmann::ordered_json::array({"vulkan:0", "vulkan:2", "cpu"}));
}

TEST(DeviceReport, SaysWhyAutoTakesTheCores) {
  EXPECT_THAT(to_text(overview({device("vulkan:0", false)})),
              HasSubstr("auto takes cpu: no hardware Vulkan device"));
}

}  // namespace
}  // namespace geoneuron::cli
