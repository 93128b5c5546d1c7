// SPDX-License-Identifier: MIT
// Configuration: what an administrator may set, from lines of `name = value`. One thread: groups
// are looked up by getgrnam.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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
  bool cores_only = false;  // no driver is looked for
};

// Lines that are empty or begin with # are passed over. EINVAL names the line.
Result<Configuration> parse_configuration(std::string_view text);

struct ConfigurationSource {
  std::string path;                   // "": no file
  bool required = false;              // that the file is there
  std::vector<std::string> settings;  // "name=value", which go before the file's
};
// What is set neither there nor there is the default. EINVAL names the line or the setting.
Result<Configuration> load_configuration(const ConfigurationSource& source);

}  // namespace geoneuron::daemon
