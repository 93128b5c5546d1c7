// SPDX-License-Identifier: MIT
// Making a program ready: memory, constants, commands. Running it is in vulkan_program_run.cpp.
#include "engine/vulkan/vulkan_program.hpp"

#include <algorithm>

#include "perception/shape_propagation.hpp"

namespace geoneuron::engine::vulkan {

using perception::Node;
using perception::Placement;
using perception::ValueId;

VulkanProgram::VulkanProgram(const std::shared_ptr<VulkanDevice>& device, std::string device_id,
                             std::shared_ptr<const perception::Plan> plan, MemoryManager& memory,
                             const ProgramNeeds& needs)
    : device_(device),
      device_id_(std::move(device_id)),
      plan_(std::move(plan)),
      manager_(memory),
      memory_(device, memory, needs.chunks),
      recorder_(device, memory_),
      transfer_(device, memory_) {}

Result<std::unique_ptr<Program>> VulkanProgram::create(const std::shared_ptr<VulkanDevice>& device,
                                                       std::string device_id,
                                                       std::shared_ptr<const perception::Plan> plan,
                                                       MemoryManager& memory) {
  const ProgramNeeds needs = GN_TRY(needs_of(device, *plan));
  std::unique_ptr<VulkanProgram> program(
      new VulkanProgram(device, std::move(device_id), std::move(plan), memory, needs));
  program->host_scratch_ =
      GN_TRY(memory.lease(needs.host_scratch_bytes, "scratch of the host's steps"));
  GN_TRY(program->reserve_blocks());
  GN_TRY(program->record());
  GN_TRY(program->memory_.finish_uploads());
  GN_TRY(program->transfer_.reserve(needs.transfers));
  return std::unique_ptr<Program>(std::move(program));
}

Result<void> VulkanProgram::reserve_blocks() {
  for (const uint64_t bytes : plan_->block_bytes)
    blocks_.push_back(GN_TRY(memory_.allocate(bytes, MemoryUse::kDevice, "arena")));
  return {};
}

// One past the last step that can share a submission with `first`.
size_t VulkanProgram::end_of_device_steps(size_t first) const {
  size_t end = first;
  while (end < plan_->steps.size() && plan_->steps[end].placement != Placement::kHost) {
    ++end;
    if (!streamed_by(end - 1).empty()) break;
  }
  return end;
}

Result<void> VulkanProgram::record() {
  StepRecorder steps(*plan_, recorder_, blocks_);
  size_t next = 0;
  while (next < plan_->steps.size()) {
    const size_t end = end_of_device_steps(next);
    Stage stage = GN_TRY(record_stage(steps, next, end));
    next = end;
    const bool streams = end > 0 && !stage.device_steps.empty() && !streamed_by(end - 1).empty();
    if (streams) stage.streamed = streamed_by(end - 1);
    const bool host =
        next < plan_->steps.size() && plan_->steps[next].placement == Placement::kHost && !streams;
    if (host) {
      stage.host_step = next;
      stage.streamed = streamed_by(next);
      ++next;
    }
    stages_.push_back(std::move(stage));
  }
  return {};
}

Result<VulkanProgram::Stage> VulkanProgram::record_stage(StepRecorder& steps, size_t first,
                                                         size_t end) {
  Stage stage;
  for (size_t i = first; i < end; ++i) stage.device_steps.push_back(i);
  if (stage.device_steps.empty()) return stage;
  stage.times =
      GN_TRY(Timestamps::create(device_, static_cast<uint32_t>(stage.device_steps.size() + 1)));
  stage.commands.emplace(GN_TRY(Commands::begin(device_)));
  Commands& commands = *stage.commands;
  recorder_.record_into(commands);
  commands.reset(stage.times);
  commands.timestamp(stage.times, 0);
  for (size_t i = 0; i < stage.device_steps.size(); ++i) {
    const perception::Step& step = plan_->steps[stage.device_steps[i]];
    const Node& node = plan_->graph->at(step.node);
    if (step.placement == Placement::kAlias) {
      stage.algorithms.push_back("alias");
    } else {
      stage.algorithms.push_back(GN_TRY(with_context(steps.record(node), node.name)));
      // The next step reads what this one wrote, or writes where this one read. It also keeps one
      // step's time from being counted as another's.
      commands.barrier();
    }
    memory_.reset_scratch();
    commands.timestamp(stage.times, static_cast<uint32_t>(i + 1));
  }
  commands.barrier_to_host();
  GN_TRY(commands.end());
  return stage;
}

std::vector<ValueId> VulkanProgram::streamed_by(size_t step) const {
  std::vector<ValueId> result;
  for (const ValueId id : perception::results_of(plan_->graph->at(plan_->steps[step].node)))
    if (plan_->at(id).keep == perception::Keep::kStreamed) result.push_back(id);
  return result;
}

}  // namespace geoneuron::engine::vulkan
