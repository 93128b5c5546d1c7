// SPDX-License-Identifier: MIT
// What `geoneuron devices` tells. Pure functions; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/local_backend.hpp"

namespace geoneuron::cli {

nlohmann::ordered_json to_json(const DeviceOverview& overview);
std::string to_text(const DeviceOverview& overview);

}  // namespace geoneuron::cli
