// SPDX-License-Identifier: MIT
// What `geoneuron-worker --list-devices` prints: the answer to QUERY devices. Thread-safe.
#pragma once

#include <string>

namespace geoneuron::worker {

// {"devices": [{"id": "cpu", ...}, ...], "auto": {"device": "cpu", "reason": "..."},
//  "vulkan_problem": ""}. Starts Vulkan, and tries how clients' memory gets to each device.
std::string device_list();

}  // namespace geoneuron::worker
