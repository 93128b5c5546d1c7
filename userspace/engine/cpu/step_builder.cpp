// SPDX-License-Identifier: MIT
#include "engine/cpu/step_builder.hpp"

#include <algorithm>

#include "engine/cpu/dnnl_convolution.hpp"
#include "engine/cpu/operands.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/workload.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Node;
using perception::Operator;
using perception::Residence;
using perception::ValueId;

// The same memory under the shape N x H x W x C.
Tensor viewed_channels_last(const Tensor& tensor) {
  if (!tensor.is_defined() || tensor.element_count() == 1) return tensor;
  return tensor.reshaped(channels_last_shape(tensor.shape()));
}

// Rows of channels.
Shape pixels_by_channels(const Shape& last) {
  return Shape({last.count(0, 3), last[3]});
}

// How many operands from the first on are tensors of the layout; the rest are parameters.
size_t data_operands(const CpuStep& step) {
  const Operator op = step.node->op;
  const bool one = op == Operator::kResize || op == Operator::kBatchNormalization ||
                   op == Operator::kGlobalAveragePool;
  return one ? 1 : step.inputs.size();
}

std::vector<TensorInfo> infos_of(const std::vector<Tensor>& tensors) {
  std::vector<TensorInfo> result;
  result.reserve(tensors.size());
  for (const Tensor& tensor : tensors) result.push_back(tensor.info());
  return result;
}

}  // namespace

Layout StepBuilder::layout_of(ValueId id) const {
  return id == perception::kNoValue ? Layout::kRowMajor : layouts_[index(id)];
}

Result<CpuStep> StepBuilder::build(const perception::Step& planned) {
  CpuStep step;
  scratch_used_bytes_ = 0;
  step.node = &plan_.graph->at(planned.node);
  for (const ValueId id : step.node->inputs) step.inputs.push_back(find_tensor_(id));
  for (const ValueId id : step.node->outputs) step.outputs.push_back(find_tensor_(id));
  if (step.node->fused) step.before = find_tensor_(step.node->fused->before);
  if (planned.placement == perception::Placement::kAlias) return step;
  step.threads = threads_for(step);
  const ThreadScope scope(step.threads);
  GN_TRY(build_kernel(step));
  if (const uint64_t bytes = step.kernel->scratch_bytes(); bytes > 0)
    step.scratch = scratch(bytes_info(bytes));
  needs_.packed_bytes += step.kernel->packed_bytes();
  needs_.scratch_bytes = std::max(needs_.scratch_bytes, scratch_used_bytes_);
  return step;
}

Result<void> StepBuilder::build_kernel(CpuStep& step) {
  if (GN_TRY(build_convolution(step))) return {};
  const bool last = std::any_of(step.node->inputs.begin(), step.node->inputs.end(),
                                [&](auto id) { return layout_of(id) == Layout::kChannelsLast; });
  if (last && runs_channels_last(plan_, *step.node)) return build_channels_last(step);
  return build_row_major(step);
}

std::vector<perception::Operand> StepBuilder::operands_of_step(const CpuStep& step) const {
  std::vector<perception::Operand> operands;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const ValueId id = i < step.node->inputs.size() ? step.node->inputs[i] : perception::kNoValue;
    const bool known = id != perception::kNoValue && plan_.at(id).residence == Residence::kConstant;
    operands.push_back({step.inputs[i].info(), known ? &step.inputs[i] : nullptr});
  }
  return operands;
}

int StepBuilder::threads_for(const CpuStep& step) const {
  const auto operands = operands_of_step(step);
  const auto results = infos_of(step.outputs);
  uint64_t bytes = 0;
  for (const perception::Operand& operand : operands) bytes += operand.info.size_bytes();
  for (const TensorInfo& result : results) bytes += result.size_bytes();
  const uint64_t operations = perception::operation_count(*step.node, operands, results);
  return worthwhile_threads(operations, bytes, omp_get_max_threads());
}

// True where oneDNN convolves; it reads and writes both layouts by itself.
Result<bool> StepBuilder::build_convolution(CpuStep& step) const {
  if (step.node->op != Operator::kConv && step.node->op != Operator::kConvTranspose) return false;
  const ConvolutionLayouts layouts = {layout_of(step.node->inputs[0]),
                                      layout_of(step.node->outputs[0])};
  auto kernel = GN_TRY(prepare_dnnl_convolution(*step.node, operands_of_step(step),
                                                infos_of(step.outputs), layouts));
  if (kernel == nullptr) return false;
  step.kernel = std::move(kernel);
  return true;
}

Tensor StepBuilder::scratch(const TensorInfo& info) {
  const uint64_t offset_bytes = scratch_used_bytes_;
  scratch_used_bytes_ += aligned_bytes(info.size_bytes());
  return find_scratch_(info, offset_bytes);
}

void StepBuilder::convert_inputs(CpuStep& step, size_t count, Layout wanted) {
  for (size_t i = 0; i < std::min(count, step.inputs.size()); ++i) {
    Tensor& input = step.inputs[i];
    const bool alike = !input.is_defined() || input.shape().rank() > 4 || lies_alike(input.shape());
    if (alike || layout_of(step.node->inputs[i]) == wanted) continue;
    LayoutChange change{input, scratch(input.info()), wanted};
    input = change.to;
    step.changes_before.push_back(std::move(change));
  }
}

void StepBuilder::convert_output(CpuStep& step, Tensor& output, ValueId id, Layout computed) {
  if (!output.is_defined() || layout_of(id) == computed || lies_alike(output.shape())) return;
  LayoutChange change{scratch(output.info()), output, layout_of(id)};
  output = change.from;
  step.changes_after.push_back(std::move(change));
}

void StepBuilder::convert_outputs(CpuStep& step, Layout computed) {
  for (size_t i = 0; i < step.outputs.size(); ++i)
    convert_output(step, step.outputs[i], step.node->outputs[i], computed);
  if (step.before.is_defined())
    convert_output(step, step.before, step.node->fused->before, computed);
}

Result<void> StepBuilder::build_channels_last(CpuStep& step) {
  const size_t count = data_operands(step);
  convert_inputs(step, count, Layout::kChannelsLast);
  convert_outputs(step, Layout::kChannelsLast);
  for (size_t i = 0; i < count; ++i) step.inputs[i] = viewed_channels_last(step.inputs[i]);
  for (Tensor& output : step.outputs) output = viewed_channels_last(output);
  step.before = viewed_channels_last(step.before);
  if (step.node->op == Operator::kBatchNormalization)  // to it, every pixel is a batch of its own
    for (Tensor* tensor : {&step.inputs[0], &step.outputs[0], &step.before})
      if (tensor->is_defined()) *tensor = tensor->reshaped(pixels_by_channels(tensor->shape()));
  step.rewritten = std::make_unique<Node>(GN_TRY(rewrite_channels_last(*step.node, step.inputs)));
  step.kernel = GN_TRY(prepare_channels_last_kernel(
      {*step.rewritten, operands_of(step.inputs), infos_of(step.outputs)}));
  return {};
}

Result<void> StepBuilder::build_row_major(CpuStep& step) {
  convert_inputs(step, step.inputs.size(), Layout::kRowMajor);
  convert_outputs(step, Layout::kRowMajor);
  step.kernel =
      GN_TRY(prepare_loop_kernel({*step.node, operands_of_step(step), infos_of(step.outputs)}));
  return {};
}

}  // namespace geoneuron::engine::cpu
