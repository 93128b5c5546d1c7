// SPDX-License-Identifier: MIT
#include "cli/device_report.hpp"

#include "base/text.hpp"
#include "cli/byte_size.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli {

using nlohmann::ordered_json;

namespace {

ordered_json to_json(const Device& device) {
  return {{"id", device.id},
          {"name", device.name},
          {"driver", device.driver},
          {"drm_node", device.drm_node},
          {"memory_bytes", device.memory_bytes},
          {"is_hardware", device.is_hardware},
          {"threads", device.threads}};
}

}  // namespace

ordered_json to_json(const DeviceList& list) {
  ordered_json json = {{"devices", ordered_json::array()}};
  for (const Device& device : list.devices) json["devices"].push_back(to_json(device));
  json["auto"] = {
      {"device", list.automatic.device}, {"reason", list.automatic.reason}, {"tries", list.tries}};
  json["vulkan_problem"] = list.vulkan_problem;
  return json;
}

std::string to_text(const DeviceList& list) {
  std::vector<std::vector<std::string>> rows = {
      {"DEVICE", "KIND", "NAME", "DRIVER", "DRM NODE", "MEMORY"}};
  for (const Device& device : list.devices) {
    const bool is_cpu = device.id == "cpu";
    rows.push_back({device.id, is_cpu ? "cores" : (device.is_hardware ? "hardware" : "software"),
                    device.name, device.driver, device.drm_node.empty() ? "-" : device.drm_node,
                    format_bytes(device.memory_bytes)});
  }
  std::string text = table(rows);
  if (list.tries.size() > 1)
    text += "auto takes the first of these that opens: " + joined(list.tries) + "\n";
  else
    text += "auto takes " + list.automatic.device + ": " + list.automatic.reason + "\n";
  if (!list.vulkan_problem.empty()) text += "no Vulkan device: " + list.vulkan_problem + "\n";
  return text;
}

}  // namespace geoneuron::cli
