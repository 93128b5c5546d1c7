// SPDX-License-Identifier: MIT
// What this machine can run networks on, as the worker program tells it: the daemon itself loads
// no driver.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::daemon {

struct Devices {
  std::string json;              // the answer to QUERY devices
  std::vector<std::string> ids;  // by index
  uint32_t automatic = 1;        // 1 + the index of the one that "auto" means
};

// From the JSON that a worker prints: {"devices": [{"id": "cpu"}, ...], "auto": {"device": "cpu"}}.
// EPROTO: it is something else.
Result<Devices> parse_devices(const std::string& json);

// Asks `program --list-devices`, and waits. `only_cores`: which is to look for no driver. Where it
// fails, crashes or hangs, as a driver may, the cores are what there is, with the reason in the
// JSON. Errors: it cannot be started at all.
Result<Devices> list_devices(const std::string& program, bool only_cores);

}  // namespace geoneuron::daemon
