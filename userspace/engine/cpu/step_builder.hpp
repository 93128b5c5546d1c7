// SPDX-License-Identifier: MIT
// StepBuilder: makes the steps of a plan ready: finds their memory, chooses layouts and kernels,
// and packs weights. One thread at a time.
#pragma once

#include <functional>

#include "engine/cpu/cpu_step.hpp"

namespace geoneuron::engine::cpu {

class StepBuilder {
 public:
  // Asks for room; false where the budget has none.
  using Lease = std::function<bool(uint64_t bytes, const char* purpose)>;
  // The row-major tensor of a value; undefined for kNoValue.
  using FindTensor = std::function<Tensor(perception::ValueId id)>;

  // `plan` and `layouts` outlive the builder.
  StepBuilder(const perception::Plan& plan, const std::vector<Layout>& layouts,
              FindTensor find_tensor, Lease lease)
      : plan_(plan),
        layouts_(layouts),
        find_tensor_(std::move(find_tensor)),
        lease_(std::move(lease)) {}

  // Errors: ENOMEM where layouts need scratch memory that the budget does not have; what preparing
  // the kernel reports.
  Result<CpuStep> build(const perception::Step& planned);

 private:
  Layout layout_of(perception::ValueId id) const;
  Result<bool> build_convolution(CpuStep& step) const;
  Result<void> build_channels_last(CpuStep& step);
  Result<void> build_row_major(CpuStep& step);
  std::vector<perception::Operand> operands_of_step(const CpuStep& step) const;
  // Scratch memory is shared by all steps; each change of one step has its own.
  Result<Tensor> scratch(const TensorInfo& info);
  // The first `count` operands as the step computes them, by a change of layout where necessary.
  Result<void> convert_inputs(CpuStep& step, size_t count, Layout wanted);
  Result<void> convert_output(CpuStep& step, Tensor& output, perception::ValueId id,
                              Layout computed);
  Result<void> convert_outputs(CpuStep& step, Layout computed);

  const perception::Plan& plan_;
  const std::vector<Layout>& layouts_;
  FindTensor find_tensor_;
  Lease lease_;
  std::vector<Tensor> scratch_;
  size_t scratch_used_ = 0;  // by the step being built
};

}  // namespace geoneuron::engine::cpu
