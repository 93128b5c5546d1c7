// SPDX-License-Identifier: MIT
// What the policy is to know of a command: what it is like, and how large. Pure; thread-safe.
#pragma once

#include <geoneuron/commands.h>

#include "policy/types.hpp"

namespace geoneuron::daemon {

// class, deadline, signature and units are filled in, and the device; who asks is the caller's.
policy::Job policy_job(const geoneuron_command& command, policy::DeviceId device);

}  // namespace geoneuron::daemon
