// SPDX-License-Identifier: MIT
// RunReport: what `geoneuron run` tells about a run, for people and for machines. A plain value.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/device_list.hpp"
#include "cli/input_options.hpp"
#include "cli/perception_report.hpp"

namespace geoneuron::cli {

struct RunReport {
  std::string model;
  Device device;
  std::string device_reason;
  std::vector<BoundInput> inputs;
  PerceptionReport last;               // of the last repetition
  std::vector<uint64_t> durations_ns;  // of every repetition

  // The middle one of all durations but the first, which also plans and packs weights; the only
  // one where there was one run.
  double median_ms() const;
};

nlohmann::ordered_json to_json(const std::vector<BoundInput>& inputs);
nlohmann::ordered_json to_json(const RunReport& report);

// "input x: photo.jpg: 640x480 JPEG -> ...", and a line about NaN and infinities where there are
// any: one line per note.
std::vector<std::string> notes_of(const BoundInput& input);

// A few lines without the nodes.
std::string to_text(const RunReport& report);

}  // namespace geoneuron::cli
