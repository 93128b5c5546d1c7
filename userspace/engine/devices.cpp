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

bool is_lavapipe(const DeviceDescription& device) {
  return is_vulkan(device) && device.name.starts_with("llvmpipe");
}

template <typename Predicate>
std::optional<size_t> find(const DeviceList& list, Predicate predicate) {
  const auto found = std::find_if(list.devices.begin(), list.devices.end(), predicate);
  if (found == list.devices.end()) return std::nullopt;
  return static_cast<size_t>(found - list.devices.begin());
}

std::optional<size_t> hardware(const DeviceList& list) {
  return find(list, [](const auto& device) { return is_vulkan(device) && device.is_hardware; });
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
  if (const auto found = hardware(list)) return {*found, "the first hardware Vulkan device"};
  const bool software = find(list, is_vulkan).has_value();
  return {0, software ? "no hardware Vulkan device; plain cores are faster than software Vulkan"
                      : "no Vulkan device: " + list.vulkan_problem};
}

}  // namespace

DeviceList list_devices() {
  DeviceList list;
  // Cores are always there: opening them with the default number of threads cannot fail.
  list.devices.push_back(CpuUnit::create(0).value()->description());
  Result<std::vector<DeviceDescription>> vulkan = vulkan::describe_devices();
  if (!vulkan) list.vulkan_problem = vulkan.error().message;
  if (vulkan && vulkan->empty()) list.vulkan_problem = "the Vulkan loader found no device";
  if (vulkan) list.devices.insert(list.devices.end(), vulkan->begin(), vulkan->end());
  return list;
}

Result<DeviceChoice> choose_device(const std::string& selector, const DeviceList& list) {
  if (selector == "auto") return choose_automatically(list);
  if (selector == "cpu") return DeviceChoice{0, "asked for"};
  std::optional<size_t> found;
  if (selector == "lavapipe") {
    found = find(list, is_lavapipe);
  } else if (selector == "vulkan") {
    found = hardware(list);
    if (!found) found = find(list, is_vulkan);
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
  return DeviceChoice{*found, "asked for"};
}

Result<OpenedUnit> open_unit(const std::string& selector, const UnitOptions& options) {
  OpenedUnit opened;
  opened.reason = "asked for";
  DeviceChoice choice;
  DeviceList list;
  if (selector != "cpu") {
    list = list_devices();
    choice = GN_TRY(choose_device(selector, list));
    opened.reason = choice.reason;
  }
  if (choice.device == 0) {
    opened.unit = GN_TRY(CpuUnit::create(options.threads));
    return opened;
  }
  // The list has the CPU before the Vulkan devices.
  opened.vulkan = GN_TRY(vulkan::open_device(choice.device - 1));
  opened.unit =
      std::make_unique<vulkan::VulkanUnit>(opened.vulkan, std::move(list.devices[choice.device]));
  return opened;
}

}  // namespace geoneuron::engine
