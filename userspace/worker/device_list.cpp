// SPDX-License-Identifier: MIT
#include "worker/device_list.hpp"

#include <nlohmann/json.hpp>

#include "engine/devices.hpp"
#include "engine/vulkan/device_list.hpp"
#include "engine/vulkan/memory_trial.hpp"

namespace geoneuron::worker {

using nlohmann::ordered_json;

namespace {

// How bytes of clients' buffers get to the device, and whether their pages can be imported.
void add_buffers(const engine::DeviceDescription& device, size_t vulkan_number,
                 ordered_json& entry) {
  if (device.id == "cpu") {
    entry["buffers"] = "in place";
    return;
  }
  if (device.memory_bytes == 0) return;  // no hardware behind it
  const auto opened = engine::vulkan::open_device(vulkan_number);
  const auto trial = opened ? engine::vulkan::try_memory(*opened) : opened.error();
  entry["buffers"] = trial ? trial->way : "none: " + trial.error().message;
  if (trial) entry["host_import"] = trial->import_problem.empty() ? "works" : trial->import_problem;
}

ordered_json meaning(const std::string& selector, const engine::DeviceList& list) {
  const auto choice = engine::choose_device(selector, list);
  if (!choice) return {{"problem", choice.error().message}};
  return {{"device", list.devices[choice->device].id}, {"reason", choice->reason}};
}

}  // namespace

std::string device_list(bool cores_only) {
  const engine::DeviceList list = cores_only ? engine::list_cores() : engine::list_devices();
  ordered_json answer = {{"devices", ordered_json::array()}};
  for (size_t i = 0; i < list.devices.size(); ++i) {
    const engine::DeviceDescription& device = list.devices[i];
    ordered_json& entry =
        answer["devices"].emplace_back(ordered_json{{"id", device.id},
                                                    {"name", device.name},
                                                    {"driver", device.driver},
                                                    {"drm_node", device.drm_node},
                                                    {"memory_bytes", device.memory_bytes},
                                                    {"is_hardware", device.is_hardware},
                                                    {"threads", device.threads}});
    add_buffers(device, i - 1, entry);
  }
  // There is always the CPU to choose.
  if (const auto choice = engine::choose_device("auto", list))
    answer["auto"] = {{"device", list.devices[choice->device].id},
                      {"reason", choice->reason},
                      {"tries", engine::tried_automatically(list)}};
  for (const engine::DeviceDescription& device : list.devices)
    answer["selectors"][device.id] = meaning(device.id, list);
  for (const char* selector : {"vulkan", "lavapipe"})
    answer["selectors"][selector] = meaning(selector, list);
  answer["vulkan_problem"] = list.vulkan_problem;
  // Drivers' names are theirs: bytes that are no UTF-8 are replaced.
  return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace geoneuron::worker
