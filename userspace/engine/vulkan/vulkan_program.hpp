// SPDX-License-Identifier: MIT
// VulkanProgram: a plan as recorded command buffers, cut where the host has to step in. One thread
// at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/parallel_processing_unit.hpp"
#include "engine/vulkan/program_memory.hpp"
#include "engine/vulkan/program_needs.hpp"
#include "engine/vulkan/recorder.hpp"
#include "engine/vulkan/step_recorder.hpp"
#include "engine/vulkan/timestamps.hpp"
#include "engine/vulkan/transfer.hpp"

namespace geoneuron::engine::vulkan {

class VulkanProgram : public Program {
 public:
  // Reserves memory, uploads constants, compiles pipelines and records everything.
  static Result<std::unique_ptr<Program>> create(const std::shared_ptr<VulkanDevice>& device,
                                                 std::string device_id,
                                                 std::shared_ptr<const perception::Plan> plan,
                                                 MemoryManager& memory);

  Result<RunReport> compute(const std::map<perception::ValueId, perception::Tensor>& inputs,
                            const KeepTensor& keep) override;

 private:
  // Consecutive steps that need no host, then perhaps one that the host computes, then the kept
  // tensors that must leave before their slots are used again.
  struct Stage {
    std::optional<Commands> commands;
    Timestamps times;  // one per device step, plus one
    std::vector<size_t> device_steps;
    std::vector<const char*> algorithms;  // of device_steps
    std::optional<size_t> host_step;
    std::vector<perception::ValueId> streamed;
  };
  // A tensor on the host; one that the caller or the plan owns has no lease.
  struct HostTensor {
    perception::Tensor tensor;
    MemoryLease lease;
  };
  struct Run {
    const KeepTensor& keep;
    RunReport report;
    std::map<perception::ValueId, HostTensor> host_values;
  };

  VulkanProgram(const std::shared_ptr<VulkanDevice>& device, std::string device_id,
                std::shared_ptr<const perception::Plan> plan, MemoryManager& memory,
                const ProgramNeeds& needs);

  Result<void> reserve_blocks();
  Result<void> record();
  Result<Stage> record_stage(StepRecorder& steps, size_t first, size_t end);
  size_t end_of_device_steps(size_t first) const;
  std::vector<perception::ValueId> streamed_by(size_t step) const;

  Result<void> upload_inputs(const std::map<perception::ValueId, perception::Tensor>& inputs,
                             Run& run);
  Result<void> run_device_steps(const Stage& stage, Run& run);
  Result<void> run_host_step(size_t step, Run& run);
  Result<void> compute_on_host(const perception::Node& node, Run& run);
  // `fetched` holds what the operands lie in.
  Result<std::vector<perception::Tensor>> fetch_operands(
      const perception::Node& node, const Run& run,
      std::map<perception::ValueId, HostTensor>& fetched);
  void release_host_values(size_t step, Run& run) const;
  // Takes the lease over where the value stays on the host.
  Result<void> store(perception::ValueId id, HostTensor value, Run& run);
  Result<HostTensor> fetch(perception::ValueId id, const Run& run);
  Result<void> hand_out(perception::ValueId id, Run& run);
  Result<void> hand_out_pinned(Run& run);
  Result<void> check_errors() const;
  void clear_errors();

  std::shared_ptr<VulkanDevice> device_;
  std::string device_id_;
  std::shared_ptr<const perception::Plan> plan_;
  MemoryManager& manager_;
  ProgramMemory memory_;
  MemoryLease host_scratch_;  // what the host's steps allocate while they run
  Recorder recorder_;
  Transfer transfer_;
  std::vector<const Buffer*> blocks_;
  std::vector<Stage> stages_;
};

}  // namespace geoneuron::engine::vulkan
