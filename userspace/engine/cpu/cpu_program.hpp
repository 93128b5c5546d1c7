// SPDX-License-Identifier: MIT
// CpuProgram: a plan made ready for the cores: one prepared kernel per step, tensors in arena
// blocks as the plan says, constants where they are. One thread at a time.
#pragma once

#include <set>

#include "engine/cpu/prepared_kernel.hpp"
#include "engine/parallel_processing_unit.hpp"

namespace geoneuron::engine {

class CpuProgram : public Program {
 public:
  static Result<std::unique_ptr<CpuProgram>> create(std::shared_ptr<const perception::Plan> plan,
                                                    MemoryManager& memory, int threads);

  Result<RunReport> compute(const std::map<perception::ValueId, perception::Tensor>& inputs,
                            const KeepTensor& keep) override;

 private:
  struct Step {
    const perception::Node* node = nullptr;
    std::vector<perception::Tensor> inputs;
    std::vector<perception::Tensor> outputs;
    perception::Tensor before;                    // of a fused activation, where somebody keeps it
    std::unique_ptr<cpu::PreparedKernel> kernel;  // null: the step only renames
  };

  CpuProgram(std::shared_ptr<const perception::Plan> plan, int threads)
      : plan_(std::move(plan)), threads_(threads) {}

  // Enters `bytes` into the books of the device's heap for as long as the program lives.
  Result<void> lease(MemoryManager& memory, uint64_t bytes, const char* purpose);
  Result<void> reserve_tensors(MemoryManager& memory);
  // The tensor's memory: a constant, or a part of the arena; undefined for kNoValue.
  perception::Tensor tensor_of(perception::ValueId id) const;
  Result<Step> prepare_step(const perception::Step& planned, MemoryManager& memory);
  Result<std::unique_ptr<cpu::PreparedKernel>> choose_kernel(const Step& step,
                                                             MemoryManager& memory);
  Result<void> run_step(Step& step) const;
  Result<void> load_inputs(const std::map<perception::ValueId, perception::Tensor>& inputs);
  bool is_wanted(perception::ValueId id) const;
  // Hands a copy to `keep` if the value is wanted, as later steps and runs overwrite the arena.
  // Pinned and streamed values are alike here, where device memory is host memory.
  Result<void> read_out(perception::ValueId id, const KeepTensor& keep) const;

  std::shared_ptr<const perception::Plan> plan_;
  int threads_;
  std::set<perception::ValueId> wanted_;  // kept values and those for the next segment
  std::vector<MemoryLease> leases_;
  uint64_t leased_bytes_ = 0;
  std::vector<perception::Tensor> blocks_;
  std::map<perception::ValueId, perception::Tensor> host_;  // values too large for a block
  std::vector<Step> steps_;
};

}  // namespace geoneuron::engine
