// SPDX-License-Identifier: MIT
// StepBuilder: makes the steps of a plan ready: finds their memory, chooses layouts and kernels,
// and adds up what they need. One thread at a time.
#pragma once

#include <functional>

#include "engine/cpu/cpu_step.hpp"
#include "engine/cpu/program_needs.hpp"

namespace geoneuron::engine::cpu {

class StepBuilder {
 public:
  // The tensor at an offset of the scratch memory.
  using FindScratch = std::function<Tensor(const TensorInfo& info, uint64_t offset_bytes)>;
  // The row-major tensor of a value; undefined for kNoValue.
  using FindTensor = std::function<Tensor(perception::ValueId id)>;

  // `plan` and `layouts` outlive the builder.
  StepBuilder(const perception::Plan& plan, const std::vector<Layout>& layouts,
              FindTensor find_tensor, FindScratch find_scratch)
      : plan_(plan),
        layouts_(layouts),
        find_tensor_(std::move(find_tensor)),
        find_scratch_(std::move(find_scratch)) {}

  // Touches no memory but constants; the kernel is not bound yet. Errors: what preparing the kernel
  // reports.
  Result<CpuStep> build(const perception::Step& planned);
  // Of all steps built so far.
  const ProgramNeeds& needs() const { return needs_; }

 private:
  Layout layout_of(perception::ValueId id) const;
  Result<void> build_kernel(CpuStep& step);
  Result<bool> build_convolution(CpuStep& step) const;
  Result<void> build_channels_last(CpuStep& step);
  Result<void> build_row_major(CpuStep& step);
  // By the sizes of this step alone, so that its bits depend neither on other steps nor on time.
  int threads_for(const CpuStep& step) const;
  std::vector<perception::Operand> operands_of_step(const CpuStep& step) const;
  // Scratch memory is shared by all steps; what one step takes lies side by side.
  Tensor scratch(const TensorInfo& info);
  // The first `count` operands as the step computes them, by a change of layout where necessary.
  void convert_inputs(CpuStep& step, size_t count, Layout wanted);
  void convert_output(CpuStep& step, Tensor& output, perception::ValueId id, Layout computed);
  void convert_outputs(CpuStep& step, Layout computed);

  const perception::Plan& plan_;
  const std::vector<Layout>& layouts_;
  FindTensor find_tensor_;
  FindScratch find_scratch_;
  uint64_t scratch_used_bytes_ = 0;  // by the step being built
  ProgramNeeds needs_;
};

}  // namespace geoneuron::engine::cpu
