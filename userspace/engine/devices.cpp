// SPDX-License-Identifier: MIT
#include "engine/devices.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/cpu/cpu_unit.hpp"
#include "engine/vulkan/device_list.hpp"
#include "engine/vulkan/vulkan_unit.hpp"

namespace geoneuron::engine {
namespace {

bool is_vulkan(const DeviceDescription& device) {
  return device.id.starts_with("vulkan:");
}

bool is_usable(const DeviceDescription& device) {
  return is_vulkan(device) && device.memory_bytes > 0;
}

bool is_lavapipe(const DeviceDescription& device) {
  return is_usable(device) && device.name.starts_with("llvmpipe");
}

template <typename Predicate>
std::optional<size_t> find(const DeviceList& list, Predicate predicate) {
  const auto found = std::find_if(list.devices.begin(), list.devices.end(), predicate);
  if (found == list.devices.end()) return std::nullopt;
  return static_cast<size_t>(found - list.devices.begin());
}

bool is_usable_hardware(const DeviceDescription& device) {
  return is_usable(device) && device.is_hardware;
}

std::optional<size_t> hardware(const DeviceList& list) {
  return find(list, is_usable_hardware);
}

Error missing(const std::string& selector, const DeviceList& list) {
  std::string there;
  for (const DeviceDescription& device : list.devices)
    there += (there.empty() ? "" : ", ") + device.id + " (" + device.name + ")";
  const std::string why = list.vulkan_problem.empty() ? "" : " (" + list.vulkan_problem + ")";
  return make_error(ENODEV, "device %s: this machine has none%s; it has %s", selector.c_str(),
                    why.c_str(), there.c_str());
}

DeviceChoice choose_automatically(const DeviceList& list) {
  if (const auto found = hardware(list))
    return {*found, "the first hardware Vulkan device that opens"};
  if (find(list, is_usable))
    return {0, "no hardware Vulkan device; plain cores are faster than software Vulkan"};
  return {0, find(list, is_vulkan) ? "no Vulkan device has memory"
                                   : "no Vulkan device: " + list.vulkan_problem};
}

Result<OpenedUnit> open_cores(const UnitOptions& options, std::string reason) {
  OpenedUnit opened;
  opened.unit = GN_TRY(CpuUnit::create(options.threads));
  opened.reason = std::move(reason);
  return opened;
}

// The first hardware device that opens, else the cores; the list has the CPU before the Vulkan
// devices.
Result<OpenedUnit> open_automatically(const UnitOptions& options, const DeviceList& list,
                                      const OpenVulkan& open_vulkan) {
  std::string problems;
  for (size_t i = 1; i < list.devices.size(); ++i) {
    const DeviceDescription& device = list.devices[i];
    if (!is_usable_hardware(device)) continue;
    Result<OpenedUnit> opened = open_vulkan(i - 1, device);
    if (opened) {
      opened->fell_back = !problems.empty();
      opened->reason = opened->fell_back ? problems : choose_automatically(list).reason;
      return opened;
    }
    problems += (problems.empty() ? "" : "; ") + device.id + " (" + device.name +
                ") does not open: " + opened.error().message;
  }
  if (problems.empty()) return open_cores(options, choose_automatically(list).reason);
  OpenedUnit cores = GN_TRY(open_cores(options, std::move(problems)));
  cores.fell_back = true;
  return cores;
}

Result<OpenedUnit> open_vulkan_unit(size_t number, DeviceDescription description) {
  OpenedUnit opened;
  opened.vulkan = GN_TRY(vulkan::open_device(number));
  opened.unit = std::make_unique<vulkan::VulkanUnit>(opened.vulkan, std::move(description));
  return opened;
}

}  // namespace

DeviceList list_cores() {
  DeviceList list;
  // Cores are always there: opening them with the default number of threads cannot fail.
  list.devices.push_back(CpuUnit::create(0).value()->description());
  list.vulkan_problem = "none was to be looked for";
  return list;
}

DeviceList list_devices() {
  DeviceList list = list_cores();
  list.vulkan_problem.clear();
  Result<std::vector<DeviceDescription>> vulkan = vulkan::describe_devices();
  if (!vulkan) list.vulkan_problem = vulkan.error().message;
  if (vulkan && vulkan->empty()) list.vulkan_problem = "the Vulkan loader found no device";
  if (vulkan) list.devices.insert(list.devices.end(), vulkan->begin(), vulkan->end());
  return list;
}

std::vector<std::string> tried_automatically(const DeviceList& list) {
  std::vector<std::string> ids;
  for (const DeviceDescription& device : list.devices)
    if (is_usable_hardware(device)) ids.push_back(device.id);
  ids.push_back(list.devices[0].id);
  return ids;
}

Result<DeviceChoice> choose_device(const std::string& selector, const DeviceList& list) {
  if (selector == "auto") return choose_automatically(list);
  if (selector == "cpu") return DeviceChoice{0, "asked for"};
  std::optional<size_t> found;
  if (selector == "lavapipe") {
    found = find(list, is_lavapipe);
  } else if (selector == "vulkan") {
    found = hardware(list);
    if (!found) found = find(list, is_usable);
  } else {
    uint32_t number = 0;
    const char* end = selector.data() + selector.size();
    const bool numbered =
        selector.starts_with("vulkan:") && selector.size() > 7 &&
        std::from_chars(selector.data() + 7, end, number) == std::from_chars_result{end, {}};
    if (!numbered)
      return invalid("device \"%s\": must be auto, cpu, vulkan, vulkan:N or lavapipe",
                     selector.c_str());
    const std::string id = "vulkan:" + std::to_string(number);
    found = find(list, [&](const auto& device) { return device.id == id; });
  }
  if (!found) return missing(selector, list);
  const DeviceDescription& device = list.devices[*found];
  if (!is_usable(device))
    return make_error(ENODEV, "device %s: %s has no memory: there is no hardware behind it",
                      selector.c_str(), device.name.c_str());
  return DeviceChoice{*found, "asked for"};
}

Result<OpenedUnit> open_unit(const std::string& selector, const UnitOptions& options) {
  if (selector == "cpu") return open_cores(options, "asked for");
  return open_unit(selector, options, list_devices(), open_vulkan_unit);
}

Result<OpenedUnit> open_unit(const std::string& selector, const UnitOptions& options,
                             const DeviceList& list, const OpenVulkan& open_vulkan) {
  if (selector == "auto") return open_automatically(options, list, open_vulkan);
  DeviceChoice choice = GN_TRY(choose_device(selector, list));
  if (choice.device == 0) return open_cores(options, std::move(choice.reason));
  OpenedUnit opened = GN_TRY(open_vulkan(choice.device - 1, list.devices[choice.device]));
  opened.reason = std::move(choice.reason);
  return opened;
}

}  // namespace geoneuron::engine
