// SPDX-License-Identifier: MIT
// LoadPlan: what one simulated client does, or several of a kind: which jobs, how often, how
// urgent. Plain values.
#pragma once

#include <linux/geoneuron.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::cli::load {

enum class JobKind : uint8_t {
  kNop,       // goes to a worker and back
  kHeatmap,   // RENDER of a tensor in a slot
  kPerceive,  // PERCEIVE of a network, and RENDER of what it keeps where a view is named
};

// Names of GEONEURON_CLASS_*, by number.
inline constexpr const char* kClassNames[] = {"background", "normal", "interactive", "realtime"};
inline constexpr uint32_t kClassCount = 4;

struct LoadPlan {
  std::string name;
  uint32_t clients = 1;
  uint32_t priority_class = GEONEURON_CLASS_NORMAL;
  JobKind kind = JobKind::kHeatmap;
  uint32_t width = 256, height = 256;  // elements of a heatmap
  std::string model, view, tensor;     // of kPerceive: a file, and what is drawn of it
  double rate = 0;                     // jobs a second and client; 0: as fast as in_flight lets it
  uint64_t count = 0;                  // jobs of a client; 0: until `seconds` are over
  double seconds = 0;                  // 0: until `count` are done
  uint32_t in_flight = 1;              // most jobs of a client that wait or run
  uint32_t reap = 1;                   // it wakes for so many completions at once
  uint64_t deadline_ns = 0;            // after a job is due; 0: none
  bool drop_late = false;              // past its deadline a job is not begun
  uint16_t device = 0;                 // as in geoneuron_request
};

// From a list of JSON objects, as geoneuron(1) describes under SUBMIT. EINVAL names the place:
// line and column where it is no JSON, else entry and member.
Result<std::vector<LoadPlan>> parse_plans(const std::string& text, uint32_t usual_clients);

}  // namespace geoneuron::cli::load
