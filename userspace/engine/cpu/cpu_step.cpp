// SPDX-License-Identifier: MIT
#include "engine/cpu/cpu_step.hpp"

namespace geoneuron::engine::cpu {
namespace {

// The kernel, with its result in `before` where somebody keeps that.
Result<void> run_kernel(CpuStep& step) {
  const auto& fused = step.node->fused;
  if (!fused) return step.kernel->run(step.inputs, step.outputs);
  if (!step.before.is_defined()) {
    GN_TRY(step.kernel->run(step.inputs, step.outputs));
    return activate(*fused, step.outputs[0], step.outputs[0]);
  }
  std::swap(step.outputs[0], step.before);
  const Result<void> computed = step.kernel->run(step.inputs, step.outputs);
  std::swap(step.outputs[0], step.before);
  GN_TRY(computed);
  return activate(*fused, step.before, step.outputs[0]);
}

}  // namespace

Result<void> run_step(CpuStep& step) {
  if (step.kernel == nullptr) return {};
  for (LayoutChange& change : step.changes_before)
    change_layout(change.from, change.to, change.result);
  GN_TRY(run_kernel(step));
  for (LayoutChange& change : step.changes_after)
    change_layout(change.from, change.to, change.result);
  return {};
}

}  // namespace geoneuron::engine::cpu
