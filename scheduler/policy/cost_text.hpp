// SPDX-License-Identifier: MIT
// What Costs learned, as text, to be kept while the daemon is not there. Devices are named by what
// they and their drivers' versions are: under another driver nothing of it holds. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "policy/costs.hpp"

namespace geoneuron::policy {

// Names hold no line breaks; a device without one is left out.
using DeviceNames = std::map<DeviceId, std::string>;

std::string cost_text(const Costs& costs, const DeviceNames& names);

// Takes the rows of devices that are there. Returns how many; what is no such row, or absurd, is
// passed over: a file that was damaged costs the knowledge in it, nothing else.
size_t restore_costs(std::string_view text, const DeviceNames& names, Costs& costs);

}  // namespace geoneuron::policy
