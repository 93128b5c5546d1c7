// SPDX-License-Identifier: MIT
#include "worker/device_list.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace geoneuron::worker {
namespace {

using nlohmann::json;

TEST(DeviceList, HasTheCoresWhichReadBuffersInPlace) {
  const json cores = json::parse(device_list())["devices"][0];
  EXPECT_EQ(cores["id"], "cpu");
  EXPECT_EQ(cores["buffers"], "in place");
}

TEST(DeviceList, OfTheCoresAloneSaysWhyThereIsNoMore) {
  const json list = json::parse(device_list(true));
  EXPECT_EQ(list["devices"].size(), 1u);
  EXPECT_EQ(list["auto"]["device"], "cpu");
  EXPECT_EQ(list["selectors"]["cpu"]["device"], "cpu");
  EXPECT_NE(list["selectors"]["lavapipe"]["problem"].get<std::string>().find("looked for"),
            std::string::npos);
}

TEST(DeviceListVulkan, SaysHowBuffersGetToEachDevice) {
  const json list = json::parse(device_list());
  if (list["devices"].size() == 1) GTEST_SKIP() << list["vulkan_problem"];
  for (const json& device : list["devices"]) {
    if (device["memory_bytes"] == 0) continue;
    SCOPED_TRACE(device.dump());
    ASSERT_TRUE(device.contains("buffers"));
    // Lavapipe's memory is the host's.
    if (!device["name"].get<std::string>().starts_with("llvmpipe")) continue;
    EXPECT_EQ(device["buffers"], "mapped device memory");
    EXPECT_EQ(device["host_import"], "works");
  }
}

}  // namespace
}  // namespace geoneuron::worker
