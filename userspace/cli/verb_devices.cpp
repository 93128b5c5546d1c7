// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/byte_size.hpp"
#include "cli/json.hpp"
#include "cli/local_backend.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const engine::DeviceDescription& device) {
  return {{"id", device.id},
          {"name", device.name},
          {"driver", device.driver},
          {"drm_node", device.drm_node},
          {"memory_bytes", device.memory_bytes},
          {"is_hardware", device.is_hardware},
          {"threads", device.threads}};
}

ordered_json to_json(const DeviceOverview& overview) {
  ordered_json json = {{"devices", ordered_json::array()}};
  for (const auto& device : overview.list.devices) json["devices"].push_back(to_json(device));
  if (overview.automatic.has_value()) {
    json["auto"] = {{"device", overview.list.devices[overview.automatic->device].id},
                    {"reason", overview.automatic->reason}};
  }
  json["vulkan_problem"] = overview.list.vulkan_problem;
  return json;
}

std::string overview_text(const DeviceOverview& overview) {
  std::vector<std::vector<std::string>> rows = {
      {"DEVICE", "KIND", "NAME", "DRIVER", "DRM NODE", "MEMORY"}};
  for (const auto& device : overview.list.devices) {
    const bool is_cpu = device.id == "cpu";
    rows.push_back({device.id, is_cpu ? "cores" : (device.is_hardware ? "hardware" : "software"),
                    device.name, device.driver, device.drm_node.empty() ? "-" : device.drm_node,
                    format_bytes(device.memory_bytes)});
  }
  std::string text = table(rows);
  if (overview.automatic.has_value())
    text += "auto takes " + overview.list.devices[overview.automatic->device].id + ": " +
            overview.automatic->reason + "\n";
  if (!overview.list.vulkan_problem.empty())
    text += "no Vulkan device: " + overview.list.vulkan_problem + "\n";
  return text;
}

Result<ExitStatus> list(const Invocation& invocation) {
  const DeviceOverview overview = device_overview();
  GN_TRY(print(invocation.json ? to_text(to_json(overview)) : overview_text(overview)));
  return kDone;
}

}  // namespace

void add_devices_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand(
      "devices", "List what this machine can run networks on, and which of it `auto` takes");
  add_json_option(*verb, invocation);
  verb->footer("Examples:\n  geoneuron devices\n  geoneuron devices --json");
  verb->callback([&] { invocation.action = [&] { return list(invocation); }; });
}

}  // namespace geoneuron::cli
