// SPDX-License-Identifier: MIT
// Devices: what this machine can run networks on, and which of it a selector means. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/parallel_processing_unit.hpp"

namespace geoneuron::engine {

namespace vulkan {
class VulkanDevice;
}

struct DeviceList {
  std::vector<DeviceDescription> devices;  // the CPU first, then "vulkan:0", "vulkan:1", ...
  std::string vulkan_problem;              // why there is no Vulkan device; "" where there is one
};

// Every device of this machine. Starts Vulkan, which takes tens of milliseconds.
DeviceList list_devices();
// The cores alone, as if there were no more. Does not start Vulkan.
DeviceList list_cores();

struct DeviceChoice {
  size_t device = 0;   // index into DeviceList::devices
  std::string reason;  // "asked for", for people
};

// What a selector means on a machine with these devices:
//   auto       the first hardware Vulkan device, else the CPU; where one does not open, open_unit
//              goes on with the next
//   cpu        the machine's cores
//   vulkan     the first hardware Vulkan device, else the first software one
//   vulkan:N   that device
//   lavapipe   the software Vulkan device
// Drivers show devices without memory where there is no hardware behind them: these are passed over
// and refused by number. EINVAL for any other selector, ENODEV where there is no such device, with
// what there is.
Result<DeviceChoice> choose_device(const std::string& selector, const DeviceList& list);

// The ids that open_unit("auto") tries on such a machine, in order; the CPU is the last.
std::vector<std::string> tried_automatically(const DeviceList& list);

struct UnitOptions {
  uint32_t threads = 0;  // CPU: 0 uses all cores
};

struct OpenedUnit {
  std::unique_ptr<ParallelProcessingUnit> unit;
  // The same device for pixels, to be used by the same thread; nullptr where the unit is the CPU.
  std::shared_ptr<vulkan::VulkanDevice> vulkan;
  std::string reason;      // why this device, for people
  bool fell_back = false;  // the device that choose_device means by "auto" does not open
};

// Opens what the selector means. "cpu" does not start Vulkan. For "auto" every hardware Vulkan
// device is tried in order, then the CPU is taken; the reason names those that do not open. Errors:
// those of choose_device, EINVAL for options, ENODEV where a device that was asked for does not
// open.
Result<OpenedUnit> open_unit(const std::string& selector, const UnitOptions& options = {});

// Opens "vulkan:<number>", whose description is given; leaves the reason empty.
using OpenVulkan = std::function<Result<OpenedUnit>(size_t number, DeviceDescription description)>;
// The same on a machine with these devices.
Result<OpenedUnit> open_unit(const std::string& selector, const UnitOptions& options,
                             const DeviceList& list, const OpenVulkan& open_vulkan);

}  // namespace geoneuron::engine
