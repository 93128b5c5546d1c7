// SPDX-License-Identifier: MIT
#include "engine/vulkan/program_needs.hpp"

#include <algorithm>
#include <numeric>

#include "engine/cpu/evaluate.hpp"
#include "engine/vulkan/step_recorder.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::kNoValue;
using perception::Node;
using perception::Placement;
using perception::Plan;
using perception::Residence;
using perception::ValueId;

uint64_t slot_bytes(const Plan& plan, ValueId id) {
  if (id == kNoValue) return 0;
  const Residence residence = plan.at(id).residence;
  const bool in_slot = residence == Residence::kArena || residence == Residence::kInput;
  return in_slot ? plan.at(id).info.size_bytes() : 0;
}

// Inputs and what host steps make go up; what is kept and what host steps read comes down.
TransferSizes transfers_of(const Plan& plan) {
  TransferSizes sizes;
  const auto grow = [&](uint64_t& bytes, ValueId id) {
    bytes = std::max(bytes, slot_bytes(plan, id));
  };
  for (const ValueId id : plan.inputs) grow(sizes.upload_bytes, id);
  for (const auto* ids : {&plan.kept, &plan.boundary})
    for (const ValueId id : *ids) grow(sizes.download_bytes, id);
  for (const perception::Step& step : plan.steps) {
    if (step.placement != Placement::kHost) continue;
    const Node& node = plan.graph->at(step.node);
    for (const ValueId id : node.inputs) grow(sizes.download_bytes, id);
    for (const ValueId id : perception::results_of(node)) grow(sizes.upload_bytes, id);
  }
  return sizes;
}

// Nothing of a value that is left out.
perception::TensorInfo info_of(const Plan& plan, ValueId id) {
  return id == kNoValue ? perception::TensorInfo() : plan.at(id).info;
}

Result<uint64_t> working_bytes(const Plan& plan, const Node& node) {
  std::vector<perception::Operand> operands;
  for (const ValueId id : node.inputs) {
    const bool known = id != kNoValue && plan.at(id).residence == Residence::kConstant;
    operands.push_back({info_of(plan, id), known ? &plan.at(id).constant : nullptr});
  }
  std::vector<perception::TensorInfo> results;
  for (const ValueId id : node.outputs) results.push_back(info_of(plan, id));
  return working_bytes_on_cpu(node, operands, results);
}

uint64_t sum_of(const std::vector<uint64_t>& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), uint64_t{0});
}

}  // namespace

Result<ProgramNeeds> needs_of(const std::shared_ptr<VulkanDevice>& device, const Plan& plan) {
  ProgramMemory memory(device);
  Recorder recorder(device, memory);
  StepRecorder steps(plan, recorder);
  ProgramNeeds needs;
  for (const perception::Step& step : plan.steps) {
    const Node& node = plan.graph->at(step.node);
    if (step.placement == Placement::kHost)
      needs.host_scratch_bytes = std::max(
          needs.host_scratch_bytes, GN_TRY(with_context(working_bytes(plan, node), node.name)));
    if (step.placement != Placement::kDevice) continue;
    GN_TRY(with_context(steps.record(node), node.name));
    memory.reset_scratch();
  }
  needs.chunks = memory.chunk_sizes();
  needs.transfers = transfers_of(plan);
  const uint64_t constants = sum_of(needs.chunks.constants);
  const uint64_t staging_of_constants =
      GN_TRY(Buffer::is_mapped(device, MemoryUse::kDevice)) ? 0 : constants;
  const uint64_t before = memory.allocated_bytes();
  GN_TRY(Transfer(device, memory).reserve(needs.transfers));
  // Constants have left their staging memory before transfers get theirs.
  const uint64_t staging = std::max(staging_of_constants, memory.allocated_bytes() - before);
  needs.peak_bytes =
      before + constants + sum_of(needs.chunks.scratch) + staging + needs.host_scratch_bytes;
  return needs;
}

}  // namespace geoneuron::engine::vulkan
