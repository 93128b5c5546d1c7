// SPDX-License-Identifier: MIT
#include "cli/local_backend.hpp"

namespace geoneuron::cli {

DeviceOverview device_overview() {
  engine::DeviceList list = engine::list_devices();
  Result<engine::DeviceChoice> automatic = engine::choose_device("auto", list);
  return {std::move(list), std::move(automatic)};
}

}  // namespace geoneuron::cli
