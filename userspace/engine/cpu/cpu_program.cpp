// SPDX-License-Identifier: MIT
#include "engine/cpu/cpu_program.hpp"

#include <cstring>

#include "engine/cpu/parallel.hpp"
#include "engine/profiler.hpp"

namespace geoneuron::engine {

using perception::Keep;
using perception::Node;
using perception::Plan;
using perception::Residence;
using perception::Tensor;
using perception::ValueId;

Result<std::unique_ptr<CpuProgram>> CpuProgram::create(std::shared_ptr<const Plan> plan,
                                                       MemoryManager& memory, int threads) {
  const cpu::ThreadScope scope(threads);
  std::unique_ptr<CpuProgram> program(new CpuProgram(std::move(plan), threads));
  program->wanted_.insert(program->plan_->kept.begin(), program->plan_->kept.end());
  program->wanted_.insert(program->plan_->boundary.begin(), program->plan_->boundary.end());
  GN_TRY(program->reserve_tensors(memory));
  for (const perception::Step& step : program->plan_->steps)
    program->steps_.push_back(GN_TRY(program->prepare_step(step, memory)));
  return program;
}

Result<void> CpuProgram::lease(MemoryManager& memory, uint64_t bytes, const char* purpose) {
  if (bytes == 0) return {};
  MemoryRequest request;
  request.heap = kDeviceHeap;
  request.size_bytes = bytes;
  request.purpose = purpose;
  leases_.push_back(GN_TRY(memory.manage_memory(std::move(request))));
  leased_bytes_ += bytes;
  return {};
}

Result<void> CpuProgram::reserve_tensors(MemoryManager& memory) {
  GN_TRY(lease(memory, plan_->constant_bytes, "weights"));
  for (const uint64_t bytes : plan_->block_bytes) {
    GN_TRY(lease(memory, bytes, "arena"));
    blocks_.push_back(GN_TRY(Tensor::allocate(
        {perception::DataType::kUInt8, perception::Shape({static_cast<int64_t>(bytes)})})));
  }
  for (size_t i = 0; i < plan_->values.size(); ++i)
    if (plan_->values[i].residence == Residence::kHost)
      host_.emplace(ValueId{static_cast<uint32_t>(i)},
                    GN_TRY(Tensor::allocate(plan_->values[i].info)));
  return {};
}

Tensor CpuProgram::tensor_of(ValueId id) const {
  if (id == perception::kNoValue) return {};
  const perception::PlannedValue& value = plan_->at(id);
  switch (value.residence) {
    case Residence::kAbsent:
      return {};
    case Residence::kConstant:
      return value.constant;
    case Residence::kHost:
      return host_.at(id);
    case Residence::kInput:
    case Residence::kArena:
      break;
  }
  const Tensor& block = blocks_[value.slot.block];
  return Tensor::view(value.info, std::make_shared<Tensor>(block),
                      block.bytes().data() + value.slot.offset_bytes);
}

Result<CpuProgram::Step> CpuProgram::prepare_step(const perception::Step& planned,
                                                  MemoryManager& memory) {
  Step step;
  step.node = &plan_->graph->at(planned.node);
  for (const ValueId id : step.node->inputs) step.inputs.push_back(tensor_of(id));
  for (const ValueId id : step.node->outputs) step.outputs.push_back(tensor_of(id));
  if (step.node->fused) step.before = tensor_of(step.node->fused->before);
  if (planned.placement != perception::Placement::kAlias)
    step.kernel = GN_TRY(with_context(choose_kernel(step, memory), step.node->name));
  return step;
}

Result<std::unique_ptr<cpu::PreparedKernel>> CpuProgram::choose_kernel(const Step& step,
                                                                       MemoryManager& memory) {
  std::vector<perception::Operand> operands;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const ValueId id = step.node->inputs[i];
    const bool known =
        id != perception::kNoValue && plan_->at(id).residence == Residence::kConstant;
    operands.push_back({step.inputs[i].info(), known ? &step.inputs[i] : nullptr});
  }
  std::vector<perception::TensorInfo> results;
  for (const Tensor& output : step.outputs) results.push_back(output.info());
  auto kernel = GN_TRY(cpu::prepare_kernel(*step.node, operands, results));
  // Packed weights that find no room in the budget are not kept: plain loops read ours in place.
  if (!lease(memory, kernel->held_bytes(), "packed weights").has_value())
    return cpu::prepare_loop_kernel(*step.node);
  return kernel;
}

Result<void> CpuProgram::run_step(Step& step) const {
  if (step.kernel == nullptr) return {};
  if (!step.node->fused) return step.kernel->run(step.inputs, step.outputs);
  if (!step.before.is_defined()) {
    GN_TRY(step.kernel->run(step.inputs, step.outputs));
    return cpu::activate(*step.node->fused, step.outputs[0], step.outputs[0]);
  }
  Tensor result = step.outputs[0];
  step.outputs[0] = step.before;
  const Result<void> computed = step.kernel->run(step.inputs, step.outputs);
  step.outputs[0] = result;
  GN_TRY(computed);
  return cpu::activate(*step.node->fused, step.before, result);
}

Result<void> CpuProgram::load_inputs(const std::map<ValueId, Tensor>& inputs) {
  for (const ValueId id : plan_->inputs) {
    const auto found = inputs.find(id);
    const std::string& name = plan_->graph->at(id).name;
    if (found == inputs.end()) return invalid("input %s is missing", name.c_str());
    Tensor target = tensor_of(id);
    if (found->second.info() != target.info())
      return invalid("input %s is %s: the plan was made for %s", name.c_str(),
                     found->second.info().to_string().c_str(), target.info().to_string().c_str());
    if (target.size_bytes() > 0)
      std::memcpy(target.mutable_bytes().data(), found->second.bytes().data(), target.size_bytes());
  }
  return {};
}

bool CpuProgram::is_wanted(ValueId id) const {
  return id != perception::kNoValue && wanted_.contains(id);
}

Result<void> CpuProgram::read_out(ValueId id, const KeepTensor& keep) const {
  if (!is_wanted(id)) return {};
  const Tensor source = tensor_of(id);
  Tensor copy = GN_TRY(Tensor::allocate(source.info()));
  if (copy.size_bytes() > 0)
    std::memcpy(copy.mutable_bytes().data(), source.bytes().data(), copy.size_bytes());
  return keep(id, copy);
}

Result<RunReport> CpuProgram::compute(const std::map<ValueId, Tensor>& inputs,
                                      const KeepTensor& keep) {
  const cpu::ThreadScope scope(threads_);
  GN_TRY(load_inputs(inputs));
  RunReport report;
  report.peak_bytes = leased_bytes_;
  for (size_t i = 0; i < steps_.size(); ++i) {
    Step& step = steps_[i];
    const uint64_t begin = now_ns();
    GN_TRY(with_context(run_step(step), step.node->name));
    const char* algorithm = step.kernel == nullptr ? "alias" : step.kernel->algorithm();
    report.steps.push_back({plan_->steps[i].node, "cpu", algorithm, begin, now_ns() - begin});
    if (step.node->fused) GN_TRY(read_out(step.node->fused->before, keep));
    for (const ValueId id : step.node->outputs) GN_TRY(read_out(id, keep));
  }
  return report;
}

}  // namespace geoneuron::engine
