// SPDX-License-Identifier: MIT
// What `geoneuron devices` tells. Pure functions; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/device_list.hpp"

namespace geoneuron::cli {

// Every device, and which of them `auto` means.
nlohmann::ordered_json to_json(const DeviceList& list);
std::string to_text(const DeviceList& list);

}  // namespace geoneuron::cli
