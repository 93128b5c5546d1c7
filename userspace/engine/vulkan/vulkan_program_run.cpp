// SPDX-License-Identifier: MIT
#include <cstring>

#include "engine/cpu/evaluate.hpp"
#include "engine/tensor_copy.hpp"
#include "engine/vulkan/vulkan_program.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::engine::vulkan {

using perception::kNoValue;
using perception::Node;
using perception::PlannedValue;
using perception::Residence;
using perception::Tensor;
using perception::ValueId;

namespace {

// The activation that is fused into `node`, as a node of its own.
Node activation_of(const Node& node) {
  Node activation;
  activation.op = perception::Operator::kIdentity;
  activation.name = node.name;
  activation.inputs = {node.fused->before};
  activation.outputs = {node.outputs[0]};
  activation.fused = node.fused;
  activation.fused->before = kNoValue;
  return activation;
}

// What a fused activation is applied to may be wanted as well: then it is a step of its own.
Result<std::map<ValueId, Tensor>> results_on_host(const Node& node,
                                                  std::span<const Tensor> operands) {
  const bool keeps_before = node.fused && node.fused->before != kNoValue;
  Node plain = node;
  if (keeps_before) plain.fused.reset();
  std::vector<Tensor> outputs = GN_TRY(evaluate_on_cpu(plain, operands));
  std::map<ValueId, Tensor> results;
  if (keeps_before) {
    results[node.fused->before] = outputs[0];
    outputs[0] = GN_TRY(evaluate_on_cpu(activation_of(node), std::span(outputs).first(1)))[0];
  }
  for (size_t i = 0; i < node.outputs.size(); ++i)
    if (node.outputs[i] != kNoValue) results[node.outputs[i]] = outputs[i];
  return results;
}

}  // namespace

Result<RunReport> VulkanProgram::compute(const std::map<ValueId, Tensor>& inputs,
                                         const KeepTensor& keep) {
  Run run{keep, {}, {}};
  GN_TRY(upload_inputs(inputs, run));
  clear_errors();
  for (const Stage& stage : stages_) {
    if (stage.commands) GN_TRY(run_device_steps(stage, run));
    if (stage.host_step) GN_TRY(run_host_step(*stage.host_step, run));
    for (const ValueId id : stage.streamed) GN_TRY(hand_out(id, run));
    if (stage.host_step) release_host_values(*stage.host_step, run);
  }
  GN_TRY(hand_out_pinned(run));
  return std::move(run.report);
}

Result<void> VulkanProgram::upload_inputs(const std::map<ValueId, Tensor>& inputs, Run& run) {
  for (const ValueId id : plan_->inputs) {
    const auto found = inputs.find(id);
    const std::string& name = plan_->graph->at(id).name;
    if (found == inputs.end()) return invalid("input %s: is missing", name.c_str());
    if (found->second.info() != plan_->at(id).info)
      return invalid("input %s: is %s; the plan was made for %s", name.c_str(),
                     found->second.info().to_string().c_str(),
                     plan_->at(id).info.to_string().c_str());
    GN_TRY(with_context(store(id, {found->second, {}}, run), name));
  }
  return {};
}

Result<void> VulkanProgram::run_device_steps(const Stage& stage, Run& run) {
  GN_TRY(device_->run(stage.commands->get()));
  const uint64_t end_ns = now_ns();
  GN_TRY(check_errors());
  const std::vector<uint64_t> times = GN_TRY(stage.times.read());
  // The device's clock is mapped onto ours at the moment at which the last step was done.
  const uint64_t begin_ns = end_ns - std::min(end_ns, times.back());
  for (size_t i = 0; i < stage.device_steps.size(); ++i) {
    StepReport report;
    report.node = plan_->steps[stage.device_steps[i]].node;
    report.where = device_id_;
    report.algorithm = stage.algorithms[i];
    report.begin_ns = begin_ns + times[i];
    report.duration_ns = times[i + 1] - times[i];
    run.report.steps.push_back(std::move(report));
  }
  return {};
}

Result<void> VulkanProgram::run_host_step(size_t step, Run& run) {
  const Node& node = plan_->graph->at(plan_->steps[step].node);
  StepReport report;
  report.node = plan_->steps[step].node;
  report.where = "cpu";
  report.algorithm = "host";
  report.begin_ns = now_ns();
  GN_TRY(compute_on_host(node, run));
  report.duration_ns = now_ns() - report.begin_ns;
  run.report.steps.push_back(std::move(report));
  return {};
}

Result<void> VulkanProgram::compute_on_host(const Node& node, Run& run) {
  std::map<ValueId, HostTensor> fetched;
  const std::vector<Tensor> operands = GN_TRY(fetch_operands(node, run, fetched));
  std::map<ValueId, MemoryLease> leases;
  for (const ValueId id : perception::results_of(node))
    leases.emplace(id, GN_TRY(manager_.lease(plan_->at(id).info.size_bytes(), "host step")));
  for (const auto& [id, tensor] : GN_TRY(results_on_host(node, operands)))
    GN_TRY(store(id, {tensor, std::move(leases[id])}, run));
  return {};
}

Result<std::vector<Tensor>> VulkanProgram::fetch_operands(const Node& node, const Run& run,
                                                          std::map<ValueId, HostTensor>& fetched) {
  std::vector<Tensor> operands;
  for (const ValueId id : node.inputs) {
    if (id != kNoValue && !fetched.contains(id)) fetched.emplace(id, GN_TRY(fetch(id, run)));
    operands.push_back(id == kNoValue ? Tensor() : fetched.at(id).tensor);
  }
  return operands;
}

// Pinned values stay to the end.
void VulkanProgram::release_host_values(size_t step, Run& run) const {
  std::erase_if(run.host_values, [&](const auto& entry) {
    const PlannedValue& value = plan_->at(entry.first);
    return value.last_step <= step && value.keep != perception::Keep::kPinned;
  });
}

Result<void> VulkanProgram::store(ValueId id, HostTensor value, Run& run) {
  const PlannedValue& planned = plan_->at(id);
  switch (planned.residence) {
    case Residence::kArena:
    case Residence::kInput:
      return transfer_.upload(value.tensor.bytes(), *blocks_[planned.slot.block],
                              planned.slot.offset_bytes);
    case Residence::kHost:
      run.host_values[id] = std::move(value);
      return {};
    case Residence::kConstant:
    case Residence::kAbsent:
      break;
  }
  return {};
}

Result<VulkanProgram::HostTensor> VulkanProgram::fetch(ValueId id, const Run& run) {
  const PlannedValue& value = plan_->at(id);
  if (value.residence == Residence::kConstant) return HostTensor{value.constant, {}};
  if (value.residence == Residence::kHost) {
    const auto found = run.host_values.find(id);
    if (found != run.host_values.end()) return HostTensor{found->second.tensor, {}};
    return make_error(EFAULT, "%s: is not there any more", plan_->graph->at(id).name.c_str());
  }
  HostTensor copy;
  copy.lease = GN_TRY(manager_.lease(value.info.size_bytes(), "a copy on the host"));
  copy.tensor = GN_TRY(unfilled_tensor(value.info, manager_));
  GN_TRY(transfer_.download(*blocks_[value.slot.block], value.slot.offset_bytes,
                            copy.tensor.mutable_bytes()));
  return copy;
}

// The copy leaves the books once the receiver has it: what that keeps is its own.
Result<void> VulkanProgram::hand_out(ValueId id, Run& run) {
  const HostTensor value = GN_TRY(with_context(fetch(id, run), plan_->graph->at(id).name));
  return run.keep(id, value.tensor);
}

Result<void> VulkanProgram::hand_out_pinned(Run& run) {
  for (const perception::Step& step : plan_->steps)
    for (const ValueId id : perception::results_of(plan_->graph->at(step.node)))
      if (plan_->at(id).keep == perception::Keep::kPinned) GN_TRY(hand_out(id, run));
  return {};
}

void VulkanProgram::clear_errors() {
  for (const Recorder::ErrorCounter& counter : recorder_.error_counters())
    std::memset(counter.memory->mapped() + counter.offset_bytes, 0, sizeof(uint32_t));
}

Result<void> VulkanProgram::check_errors() const {
  for (const Recorder::ErrorCounter& counter : recorder_.error_counters()) {
    uint32_t errors = 0;
    std::memcpy(&errors, counter.memory->mapped() + counter.offset_bytes, sizeof(errors));
    if (errors != 0) return invalid("%s", counter.message.c_str());
  }
  return {};
}

}  // namespace geoneuron::engine::vulkan
