// SPDX-License-Identifier: MIT
// What `geoneuron-worker --list-devices` prints: the answer to QUERY devices. Thread-safe.
#pragma once

#include <string>

namespace geoneuron::worker {

// {"devices": [{"id": "cpu", ...}, ...],
//  "auto": {"device": "cpu", "reason": "...", "tries": ["cpu"]},
//  "selectors": {"vulkan": {"device": "vulkan:0", "reason": "..."},
//                "lavapipe": {"problem": "..."}},
//  "vulkan_problem": ""}. Starts Vulkan, and tries how clients' memory gets to each device; with
// `cores_only` it does not, and the cores are all there is.
std::string device_list(bool cores_only = false);

}  // namespace geoneuron::worker
