// SPDX-License-Identifier: MIT
// OwnDevices: programs that draw without a daemon, each with a device of its own: what the daemon
// is measured against. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/load/child_program.hpp"

namespace geoneuron::cli::bench {

struct OwnDevicesOptions {
  std::string device = "lavapipe";
  uint32_t extent = 64;  // heatmaps of so many elements a side
  uint32_t processes = 1;
  uint32_t threads = 1;     // of each process
  bool plain_loop = false;  // what somebody would write without any of this; on the cores only
};

struct OwnDevicesOutcome {
  double rate = 0;                  // jobs a second, all processes together
  uint64_t p50_ns = 0, p99_ns = 0;  // of one job; of several processes, the medians of theirs
};

class OwnDevices {
 public:
  // Starts them; they have drawn once when this returns.
  static Result<OwnDevices> start(const OwnDevicesOptions& options);
  // All draw for so long, at the same time.
  Result<OwnDevicesOutcome> run(double seconds);

 private:
  explicit OwnDevices(std::vector<load::ChildProgram> programs) : programs_(std::move(programs)) {}

  std::vector<load::ChildProgram> programs_;
};

}  // namespace geoneuron::cli::bench
