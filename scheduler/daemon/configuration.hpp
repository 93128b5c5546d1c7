// SPDX-License-Identifier: MIT
// Configuration: what an administrator may set, from lines of `name = value`. One thread: groups
// are looked up by getgrnam.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "daemon/peer.hpp"
#include "daemon/quotas.hpp"
#include "daemon/workers.hpp"

namespace geoneuron::daemon {

// Whether to serve /dev/geoneuron: where it can be served, always, or never.
enum class UseKernel : uint8_t { kAuto, kYes, kNo };

// "auto", "yes" or "no". EINVAL.
Result<UseKernel> parse_use_kernel(std::string_view text);

struct Configuration {
  QuotaLimits quotas;
  ClassRules classes;
  WorkerLimits workers;
  uint32_t max_commands = 16384;  // of a user; read when the daemon starts, as what follows
  UseKernel use_kernel = UseKernel::kAuto;
  uint64_t kernel_lease_ns = 10'000'000'000;
};

// Lines that are empty or begin with # are passed over. EINVAL names the line.
Result<Configuration> parse_configuration(std::string_view text);

// Of the file at `path`; what is the default where there is no such file and it need not be there.
Result<Configuration> load_configuration(const std::string& path, bool required);

}  // namespace geoneuron::daemon
