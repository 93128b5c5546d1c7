// SPDX-License-Identifier: MIT
// CpuStep: one step of a plan with its memory and its kernel, ready to run. One thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "engine/cpu/layout.hpp"
#include "engine/cpu/prepared_kernel.hpp"

namespace geoneuron::engine::cpu {

// A copy of a tensor into the layout in which a step computes, or from it.
struct LayoutChange {
  Tensor from;
  Tensor to;
  Layout result = Layout::kRowMajor;
};

struct CpuStep {
  const perception::Node* node = nullptr;       // of the plan
  std::unique_ptr<perception::Node> rewritten;  // what the kernel computes, where that differs
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  Tensor before;  // of a fused activation, where somebody keeps it
  std::vector<LayoutChange> changes_before;
  std::vector<LayoutChange> changes_after;
  int threads = 1;                         // at most
  Tensor scratch;                          // of the kernel
  std::unique_ptr<PreparedKernel> kernel;  // null: the step only renames

  const char* algorithm() const { return kernel == nullptr ? "alias" : kernel->algorithm(); }
};

// Runs the kernel and the fused activation, if any.
Result<void> run_step(CpuStep& step);

}  // namespace geoneuron::engine::cpu
