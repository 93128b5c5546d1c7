// SPDX-License-Identifier: MIT
#include "perception/host_memory.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {
namespace {

// The bytes of a value that crosses between device and host as a copy; 0 for others.
uint64_t copy_bytes(const Plan& plan, ValueId id) {
  if (id == kNoValue) return 0;
  const PlannedValue& value = plan.at(id);
  const bool in_slot = value.residence == Residence::kArena || value.residence == Residence::kInput;
  return in_slot ? value.info.size_bytes() : 0;
}

// Operands of a host step that come from the device, and results that do not stay on the host.
uint64_t crossing_bytes(const Plan& plan, const Node& node) {
  uint64_t bytes = 0;
  for (const ValueId id : std::set<ValueId>(node.inputs.begin(), node.inputs.end()))
    bytes += copy_bytes(plan, id);
  for (const ValueId id : results_of(node))
    if (plan.at(id).residence != Residence::kHost) bytes += plan.at(id).info.size_bytes();
  return bytes;
}

}  // namespace

uint64_t host_peak_bytes(const Plan& plan) {
  const std::set<ValueId> boundary(plan.boundary.begin(), plan.boundary.end());
  const size_t end = plan.steps.size();  // where pinned tensors are handed out
  std::vector<uint64_t> held(end + 1, 0), passing(end + 1, 0);
  const auto hold = [&](ValueId id, size_t first, size_t last) {
    for (size_t i = first; i <= last; ++i) held[i] += plan.at(id).info.size_bytes();
  };
  for (size_t i = 0; i < end; ++i) {
    const Node& node = plan.graph->at(plan.steps[i].node);
    if (plan.steps[i].placement == Placement::kHost) passing[i] = crossing_bytes(plan, node);
    for (const ValueId id : results_of(node)) {
      const PlannedValue& value = plan.at(id);
      if (value.residence == Residence::kHost)
        hold(id, i, value.keep == Keep::kPinned ? end : value.last_step);
      if (boundary.contains(id)) hold(id, i, end);
      if (value.keep == Keep::kNo) continue;
      passing[i] = std::max(passing[i], copy_bytes(plan, id));
      if (value.keep == Keep::kPinned) passing[end] = std::max(passing[end], copy_bytes(plan, id));
    }
  }
  uint64_t peak = 0;
  for (size_t i = 0; i <= end; ++i) peak = std::max(peak, held[i] + passing[i]);
  return peak;
}

}  // namespace geoneuron::perception
