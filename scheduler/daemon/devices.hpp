// SPDX-License-Identifier: MIT
// What this machine can run networks on, as the worker program tells it: the daemon itself loads
// no driver.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "daemon/spawn.hpp"

namespace geoneuron::daemon {

struct Devices {
  std::string json;              // the answer to QUERY devices
  std::vector<std::string> ids;  // by index
  uint32_t automatic = 1;        // 1 + the index of the one that "auto" means
};

// From the JSON that a worker prints: {"devices": [{"id": "cpu"}, ...], "auto": {"device": "cpu"}}.
// EPROTO: it is something else.
Result<Devices> parse_devices(const std::string& json);

// `program --list-devices`, which may take long, while others go on. One thread.
class DeviceListing {
 public:
  // `only_cores`: it is to look for no driver. Errors: it cannot be started at all.
  static Result<DeviceListing> start(const std::string& program, bool only_cores);

  int pidfd() const { return child_.pidfd(); }  // readable when it has ended
  uint64_t end_by_ns() const { return end_by_ns_; }
  // What it has found, once it has ended; before, it is given up. Where it failed, crashed or hung,
  // as a driver may, the cores are what there is, with the reason in the JSON.
  Devices take(bool has_ended);

 private:
  DeviceListing(Child child, UniqueFd out, uint64_t end_by_ns)
      : child_(std::move(child)), out_(std::move(out)), end_by_ns_(end_by_ns) {}
  Result<std::string> output(bool has_ended);

  Child child_;
  UniqueFd out_;
  uint64_t end_by_ns_;
};

}  // namespace geoneuron::daemon
