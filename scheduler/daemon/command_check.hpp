// SPDX-License-Identifier: MIT
// The rules of struct geoneuron_command and struct geoneuron_request, as the kernel module and
// commands.h have them. Pure; thread-safe.
#pragma once

#include <functional>

#include "daemon/accepted.hpp"

namespace geoneuron::daemon {

// A client's handle; a reference that is empty where there is none.
using FindBuffer = std::function<BufferRef(uint32_t handle)>;

// Fills in the buffers that the command names, and its `error` where it breaks a rule of struct
// geoneuron_command. `highest_class` is the client's.
void check_command(Accepted& accepted, uint32_t highest_class, const FindBuffer& find);

// Whether the command keeps the rules that commands.h has for its opcode and its payload, as far as
// the daemon knows them: the text is the worker's. Fills in `error`. -ENODEV: a device that is not
// among `devices`.
void check_request(Accepted& accepted, uint32_t devices);

// The payload of a command that passed check_request and is no NOP.
geoneuron_request request_of(const geoneuron_command& command);

}  // namespace geoneuron::daemon
