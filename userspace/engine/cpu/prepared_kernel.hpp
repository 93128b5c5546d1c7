// SPDX-License-Identifier: MIT
// PreparedKernel: a node made ready for fixed shapes: the way to compute it is chosen, and its
// constant weights are packed. One thread at a time.
#pragma once

#include <memory>
#include <span>

#include "engine/cpu/kernel.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine::cpu {

class PreparedKernel {
 public:
  virtual ~PreparedKernel() = default;
  // As Kernel; tensors have the types and shapes that the kernel was prepared for, and those
  // operands whose values were given then have the same elements.
  virtual Result<void> run(std::span<const Tensor> inputs, std::span<Tensor> outputs) = 0;
  virtual const char* algorithm() const = 0;
  // Memory that packed operands take from bind() on.
  virtual uint64_t packed_bytes() const { return 0; }
  // Memory that run() uses; what lies there between runs does not matter.
  virtual uint64_t scratch_bytes() const { return 0; }
  // Called once, before the first run: packs those of `inputs` whose values were given when the
  // kernel was prepared. `scratch` has at least scratch_bytes(). Errors: ENOMEM.
  virtual Result<void> bind(std::span<const Tensor>, const Tensor&) { return {}; }
};

// Prepares `node`, which must outlive the result, for the calling thread's number of threads.
// `results` are those of perception::infer.
Result<std::unique_ptr<PreparedKernel>> prepare_kernel(
    const perception::Node& node, std::span<const perception::Operand> operands,
    std::span<const TensorInfo> results);

// The node by its plain kernel, which holds no memory between runs. Errors: those of the operator's
// rules in perception/.
Result<std::unique_ptr<PreparedKernel>> prepare_loop_kernel(const Prospect& prospect);

// The same for a node that rewrite_channels_last() made, with its operands and results.
Result<std::unique_ptr<PreparedKernel>> prepare_channels_last_kernel(const Prospect& prospect);

}  // namespace geoneuron::engine::cpu
