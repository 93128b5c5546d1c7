// SPDX-License-Identifier: MIT
#include "worker/device_list.hpp"

#include <nlohmann/json.hpp>

#include "engine/devices.hpp"

namespace geoneuron::worker {

using nlohmann::ordered_json;

std::string device_list() {
  const engine::DeviceList list = engine::list_devices();
  ordered_json answer = {{"devices", ordered_json::array()}};
  for (const engine::DeviceDescription& device : list.devices)
    answer["devices"].push_back({{"id", device.id},
                                 {"name", device.name},
                                 {"driver", device.driver},
                                 {"drm_node", device.drm_node},
                                 {"memory_bytes", device.memory_bytes},
                                 {"is_hardware", device.is_hardware},
                                 {"threads", device.threads}});
  // There is always the CPU to choose.
  if (const auto choice = engine::choose_device("auto", list))
    answer["auto"] = {{"device", list.devices[choice->device].id}, {"reason", choice->reason}};
  answer["vulkan_problem"] = list.vulkan_problem;
  // Drivers' names are theirs: bytes that are no UTF-8 are replaced.
  return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace geoneuron::worker
