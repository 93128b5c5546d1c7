// SPDX-License-Identifier: MIT
// The choice of the way to a daemon. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/transport.hpp"

namespace geoneuron::client {

enum class Way { kAuto, kKernel, kSocket, kEmbedded };

struct ConnectOptions {
  Way way = Way::kAuto;
  std::string socket_path;  // "": by the environment
  std::string daemon_path;  // "": by the environment, or found
  uint32_t completion_entries = 256;
  uint64_t connect_ns = 10'000'000'000;
  uint64_t start_ns = 60'000'000'000;  // of an embedded daemon, in place of that
  uint64_t reconnect_ns = 30'000'000'000;
  std::vector<std::string> daemon_arguments;  // of an embedded daemon
};

struct Connected {
  std::unique_ptr<Transport> transport;
  Way way;  // that was taken
};

// As geoneuron_connect() in geoneuron/geoneuron.h.
Result<Connected> connect(const ConnectOptions& options);

}  // namespace geoneuron::client
