// SPDX-License-Identifier: MIT
// CpuUnit: the machine's cores as a ParallelProcessingUnit. Results repeat bit by bit for the same
// number of threads, whatever the budget. One thread at a time.
#pragma once

#include "engine/parallel_processing_unit.hpp"

namespace geoneuron::engine {

class CpuUnit : public ParallelProcessingUnit {
 public:
  // More threads than any machine here has cores; a larger number is refused.
  static constexpr uint32_t kMaximumThreads = 1024;

  // `threads` = 0 uses all cores that this process may run on. EINVAL above kMaximumThreads.
  static Result<std::unique_ptr<CpuUnit>> create(uint32_t threads);

  const DeviceDescription& description() const override { return description_; }
  perception::PlanTarget target() const override;
  // Packs weights and reserves the arena. Errors: ENOMEM, EINVAL for a node that does not fit its
  // operands.
  Result<std::unique_ptr<Program>> prepare(std::shared_ptr<const perception::Plan> plan,
                                           MemoryManager& memory) override;

 private:
  explicit CpuUnit(DeviceDescription description) : description_(std::move(description)) {}

  DeviceDescription description_;
};

}  // namespace geoneuron::engine
