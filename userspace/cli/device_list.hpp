// SPDX-License-Identifier: MIT
// DeviceList: what the daemon has to run networks on, and which of it a selector means: the answer
// to QUERY devices. A plain value.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::cli {

struct Device {
  std::string id;             // "cpu", "vulkan:0"
  std::string name;           // "llvmpipe (LLVM 15.0.6, 256 bits)"
  std::string driver;         // name and version of the driver
  std::string drm_node;       // "/dev/dri/renderD128"; "" where there is none
  uint64_t memory_bytes = 0;  // of the heap that tensors live in
  bool is_hardware = false;   // false for the CPU and for software Vulkan
  uint32_t threads = 0;       // CPU: cores used; Vulkan: 0
};

// What a selector means.
struct DeviceChoice {
  std::string device;   // its id; "" where the machine has none such
  std::string reason;   // why this one, for people
  std::string problem;  // why there is none
};

struct DeviceList {
  std::vector<Device> devices;     // at least one: the cores come first
  DeviceChoice automatic;          // what "auto" means
  std::vector<std::string> tries;  // the ids that "auto" tries, in order, until one opens
  std::map<std::string, DeviceChoice> selectors;  // all others that have a meaning here
  std::string vulkan_problem;  // why there is no Vulkan device; "" where there is one

  // Index of the device of that id; EPROTO where there is none.
  Result<size_t> index_of(const std::string& id) const;
  // What a selector but "auto" means. ENODEV where there is no such device, with what there is.
  Result<DeviceChoice> choose(const std::string& selector) const;
};

// EPROTO where members are missing or of another kind.
Result<DeviceList> parse_device_list(const nlohmann::json& answer);

}  // namespace geoneuron::cli
