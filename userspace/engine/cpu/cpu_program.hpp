// SPDX-License-Identifier: MIT
// CpuProgram: a plan made ready for the cores: one prepared kernel per step, tensors in arena
// blocks as the plan says, constants where they are. One thread at a time.
#pragma once

#include <optional>
#include <set>

#include "engine/cpu/elementwise_chain.hpp"
#include "engine/parallel_processing_unit.hpp"

namespace geoneuron::engine {

class CpuProgram : public Program {
 public:
  static Result<std::unique_ptr<CpuProgram>> create(std::shared_ptr<const perception::Plan> plan,
                                                    MemoryManager& memory, int threads);

  Result<RunReport> compute(const std::map<perception::ValueId, perception::Tensor>& inputs,
                            const KeepTensor& keep) override;

 private:
  // Steps that run together; without a chain there is one.
  struct Group {
    size_t first = 0;
    size_t count = 1;
    std::optional<cpu::ElementwiseChain> chain;
  };

  CpuProgram(std::shared_ptr<const perception::Plan> plan, MemoryManager& memory, int threads)
      : plan_(std::move(plan)), memory_(memory), threads_(threads) {}

  Result<void> prepare();
  // Enters `bytes` into the books for as long as the program lives.
  Result<void> lease(uint64_t bytes, const char* purpose);
  Result<void> reserve_tensors();
  // The value's memory: a constant, or a part of the arena; undefined for kNoValue.
  perception::Tensor tensor_of(perception::ValueId id) const;
  // Packs weights and gives each step its part of the scratch memory.
  Result<void> build_steps();
  void group_steps();
  Result<void> run_group(Group& group, RunReport& report);
  Result<void> load_inputs(const std::map<perception::ValueId, perception::Tensor>& inputs);
  // Hands a row-major copy to `keep` if the value is wanted, as later steps and runs overwrite the
  // arena. Pinned and streamed values are alike here, where device memory is host memory.
  Result<void> read_out(perception::ValueId id, const KeepTensor& keep) const;

  std::shared_ptr<const perception::Plan> plan_;
  MemoryManager& memory_;
  int threads_;
  std::set<perception::ValueId> wanted_;  // kept values and those for the next segment
  std::vector<MemoryLease> leases_;
  std::vector<perception::Tensor> blocks_;
  perception::Tensor scratch_;        // of all steps
  std::vector<cpu::Layout> layouts_;  // by ValueId
  std::vector<cpu::CpuStep> steps_;
  std::vector<Group> groups_;
};

}  // namespace geoneuron::engine
