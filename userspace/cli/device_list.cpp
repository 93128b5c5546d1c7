// SPDX-License-Identifier: MIT
#include "cli/device_list.hpp"

#include <algorithm>

#include "cli/answer_reader.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;

Result<std::vector<Device>> parse_devices(const json& entries) {
  std::vector<Device> devices;
  for (const json& entry : entries) {
    AnswerReader device(entry, "a device");
    devices.push_back({device.text("id"), device.text("name"), device.text("driver"),
                       device.text("drm_node"), device.number("memory_bytes"),
                       device.flag("is_hardware"),
                       static_cast<uint32_t>(device.number("threads"))});
    GN_TRY(device.finish());
  }
  if (devices.empty()) return make_error(EPROTO, "the daemon has no devices: must have one");
  return devices;
}

Result<DeviceChoice> parse_choice(const json& entry) {
  AnswerReader reader(entry, "a choice of a device");
  DeviceChoice choice;
  if (entry.is_object() && entry.contains("problem")) {
    choice.problem = reader.text("problem");
  } else {
    choice.device = reader.text("device");
    choice.reason = reader.text("reason");
  }
  GN_TRY(reader.finish());
  return choice;
}

}  // namespace

Result<DeviceList> parse_device_list(const json& answer) {
  AnswerReader reader(answer, "devices");
  DeviceList list;
  list.devices = GN_TRY(parse_devices(reader.part("devices")));
  list.automatic = GN_TRY(parse_choice(reader.part("auto")));
  AnswerReader automatic(reader.part("auto"), "auto");
  for (const json& id : automatic.part("tries"))
    if (id.is_string()) list.tries.push_back(id);
  for (const auto& [selector, choice] : reader.part("selectors").items())
    list.selectors[selector] = GN_TRY(parse_choice(choice));
  list.vulkan_problem = reader.text("vulkan_problem");
  GN_TRY(automatic.finish());
  GN_TRY(reader.finish());
  return list;
}

Result<size_t> DeviceList::index_of(const std::string& id) const {
  const auto found = std::ranges::find(devices, id, &Device::id);
  if (found != devices.end()) return static_cast<size_t>(found - devices.begin());
  return make_error(EPROTO, "device %s: the daemon names it, but does not list it", id.c_str());
}

Result<DeviceChoice> DeviceList::choose(const std::string& selector) const {
  const auto found = selectors.find(selector);
  if (found != selectors.end() && found->second.problem.empty()) return found->second;
  if (found != selectors.end()) return make_error(ENODEV, "%s", found->second.problem.c_str());
  std::string there;
  for (const Device& device : devices)
    there += (there.empty() ? "" : ", ") + device.id + " (" + device.name + ")";
  return make_error(ENODEV, "device %s: this machine has none; it has %s", selector.c_str(),
                    there.c_str());
}

}  // namespace geoneuron::cli
