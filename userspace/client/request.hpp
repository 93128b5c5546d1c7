// SPDX-License-Identifier: MIT
// The request that a command carries as its payload.
#pragma once

#include <geoneuron/commands.h>

#include <cstring>

namespace geoneuron::client {

inline geoneuron_request request_of(const geoneuron_command& command) {
  geoneuron_request request{};
  static_assert(sizeof(request) == sizeof(command.payload));
  std::memcpy(&request, command.payload, sizeof(request));
  return request;
}

}  // namespace geoneuron::client
