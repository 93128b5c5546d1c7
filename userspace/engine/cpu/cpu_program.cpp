// SPDX-License-Identifier: MIT
#include "engine/cpu/cpu_program.hpp"

#include <cstring>

#include "engine/cpu/parallel.hpp"
#include "engine/cpu/program_needs.hpp"
#include "engine/cpu/step_builder.hpp"
#include "engine/profiler.hpp"
#include "engine/tensor_copy.hpp"

namespace geoneuron::engine {

using perception::Node;
using perception::Plan;
using perception::Residence;
using perception::Tensor;
using perception::ValueId;

Result<std::unique_ptr<CpuProgram>> CpuProgram::create(std::shared_ptr<const Plan> plan,
                                                       MemoryManager& memory, int threads) {
  const cpu::ThreadScope scope(threads);
  std::unique_ptr<CpuProgram> program(new CpuProgram(std::move(plan), memory, threads));
  program->layouts_ = cpu::choose_layouts(*program->plan_);
  GN_TRY(program->prepare());
  return program;
}

Result<void> CpuProgram::prepare() {
  wanted_.insert(plan_->kept.begin(), plan_->kept.end());
  wanted_.insert(plan_->boundary.begin(), plan_->boundary.end());
  GN_TRY(reserve_tensors());
  GN_TRY(build_steps());
  group_steps();
  return {};
}

Result<void> CpuProgram::lease(uint64_t bytes, const char* purpose) {
  if (bytes == 0) return {};
  leases_.push_back(GN_TRY(memory_.lease(bytes, purpose)));
  return {};
}

Result<void> CpuProgram::reserve_tensors() {
  GN_TRY(lease(plan_->constant_bytes, "weights"));
  for (const uint64_t bytes : plan_->block_bytes) {
    GN_TRY(lease(bytes, "arena"));
    blocks_.push_back(GN_TRY(Tensor::allocate(cpu::bytes_info(bytes))));
  }
  return {};
}

Tensor CpuProgram::tensor_of(ValueId id) const {
  if (id == perception::kNoValue) return {};
  const perception::PlannedValue& value = plan_->at(id);
  switch (value.residence) {
    case Residence::kAbsent:
    case Residence::kHost:  // no tensor is too large for a block of this unit
      return {};
    case Residence::kConstant:
      return value.constant;
    case Residence::kInput:
    case Residence::kArena:
      break;
  }
  const Tensor& block = blocks_[value.slot.block];
  return Tensor::view(value.info, std::make_shared<Tensor>(block),
                      block.bytes().data() + value.slot.offset_bytes);
}

Result<void> CpuProgram::build_steps() {
  const cpu::ProgramNeeds needs = GN_TRY(cpu::needs_of(*plan_));
  GN_TRY(lease(needs.packed_bytes, "packed weights"));
  GN_TRY(lease(needs.scratch_bytes, "scratch"));
  scratch_ = GN_TRY(Tensor::allocate(cpu::bytes_info(needs.scratch_bytes)));
  cpu::StepBuilder builder(
      *plan_, layouts_, [this](ValueId id) { return tensor_of(id); },
      [this](const perception::TensorInfo& info, uint64_t offset_bytes) {
        return Tensor::view(info, std::make_shared<Tensor>(scratch_),
                            scratch_.bytes().data() + offset_bytes);
      });
  for (const perception::Step& planned : plan_->steps) {
    const std::string& name = plan_->graph->at(planned.node).name;
    steps_.push_back(GN_TRY(with_context(builder.build(planned), name)));
    cpu::CpuStep& step = steps_.back();
    const cpu::ThreadScope scope(step.threads);
    if (step.kernel) GN_TRY(with_context(step.kernel->bind(step.inputs, step.scratch), name));
  }
  return {};
}

void CpuProgram::group_steps() {
  std::vector<size_t> last_reader(plan_->values.size(), 0);  // 1 + step; 0: nobody
  for (size_t i = 0; i < steps_.size(); ++i)
    for (const ValueId id : steps_[i].node->inputs)
      if (id != perception::kNoValue) last_reader[index(id)] = i + 1;
  for (size_t first = 0; first < steps_.size();) {
    auto chain = cpu::ElementwiseChain::find(
        std::span(steps_).subspan(first), [&](ValueId id, size_t count) {
          return wanted_.contains(id) || last_reader[index(id)] > first + count;
        });
    Group group{first, std::max<size_t>(chain.size(), 1), std::nullopt};
    if (chain.size() > 1) group.chain = std::move(chain);
    first += group.count;
    groups_.push_back(std::move(group));
  }
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

Result<void> CpuProgram::read_out(ValueId id, const KeepTensor& keep) const {
  if (id == perception::kNoValue || !wanted_.contains(id)) return {};
  const Tensor source = tensor_of(id);
  const MemoryLease lease = GN_TRY(memory_.lease(source.size_bytes(), "a copy to hand out"));
  if (layouts_[index(id)] != cpu::Layout::kChannelsLast)
    return keep(id, GN_TRY(copy_of(source, memory_)));
  Tensor copy = GN_TRY(unfilled_tensor(source.info(), memory_));
  cpu::change_layout(source, copy, cpu::Layout::kRowMajor);
  return keep(id, copy);
}

// Steps that run together share their time equally in the report.
Result<void> CpuProgram::run_group(Group& group, RunReport& report) {
  cpu::CpuStep& front = steps_[group.first];
  const cpu::ThreadScope scope(group.chain ? threads_ : front.threads);
  const uint64_t begin = now_ns();
  GN_TRY(with_context(group.chain ? group.chain->run() : cpu::run_step(front), front.node->name));
  const uint64_t share = (now_ns() - begin) / group.count;
  for (size_t i = 0; i < group.count; ++i) {
    const char* algorithm = group.chain ? "joined loop" : front.algorithm();
    report.steps.push_back(
        {plan_->steps[group.first + i].node, "cpu", algorithm, begin + i * share, share});
  }
  return {};
}

Result<RunReport> CpuProgram::compute(const std::map<ValueId, Tensor>& inputs,
                                      const KeepTensor& keep) {
  const cpu::ThreadScope scope(threads_);
  GN_TRY(load_inputs(inputs));
  RunReport report;
  for (Group& group : groups_) {
    GN_TRY(run_group(group, report));
    for (size_t i = group.first; i < group.first + group.count; ++i) {
      const Node& node = *steps_[i].node;
      if (node.fused) GN_TRY(read_out(node.fused->before, keep));
      for (const ValueId id : node.outputs) GN_TRY(read_out(id, keep));
    }
  }
  return report;
}

}  // namespace geoneuron::engine
