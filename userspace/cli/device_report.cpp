// SPDX-License-Identifier: MIT
#include "cli/device_report.hpp"

#include "base/text.hpp"
#include "cli/byte_size.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli {

using nlohmann::ordered_json;

namespace {

ordered_json to_json(const engine::DeviceDescription& device) {
  return {{"id", device.id},
          {"name", device.name},
          {"driver", device.driver},
          {"drm_node", device.drm_node},
          {"memory_bytes", device.memory_bytes},
          {"is_hardware", device.is_hardware},
          {"threads", device.threads}};
}

}  // namespace

ordered_json to_json(const DeviceOverview& overview) {
  ordered_json json = {{"devices", ordered_json::array()}};
  for (const auto& device : overview.list.devices) json["devices"].push_back(to_json(device));
  if (overview.automatic.has_value()) {
    json["auto"] = {{"device", overview.list.devices[overview.automatic->device].id},
                    {"reason", overview.automatic->reason},
                    {"tries", engine::tried_automatically(overview.list)}};
  }
  json["vulkan_problem"] = overview.list.vulkan_problem;
  return json;
}

std::string to_text(const DeviceOverview& overview) {
  std::vector<std::vector<std::string>> rows = {
      {"DEVICE", "KIND", "NAME", "DRIVER", "DRM NODE", "MEMORY"}};
  for (const auto& device : overview.list.devices) {
    const bool is_cpu = device.id == "cpu";
    rows.push_back({device.id, is_cpu ? "cores" : (device.is_hardware ? "hardware" : "software"),
                    device.name, device.driver, device.drm_node.empty() ? "-" : device.drm_node,
                    format_bytes(device.memory_bytes)});
  }
  std::string text = table(rows);
  const auto tried = engine::tried_automatically(overview.list);
  if (tried.size() > 1)
    text += "auto takes the first of these that opens: " + joined(tried) + "\n";
  else if (overview.automatic.has_value())
    text += "auto takes " + tried[0] + ": " + overview.automatic->reason + "\n";
  if (!overview.list.vulkan_problem.empty())
    text += "no Vulkan device: " + overview.list.vulkan_problem + "\n";
  return text;
}

}  // namespace geoneuron::cli
