// SPDX-License-Identifier: MIT
// FakeUnit: a processing unit that computes plans node by node with an Evaluate, in a real arena
// laid out as the plan says, so that a wrong plan gives wrong numbers.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "engine/parallel_processing_unit.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::engine {

// What a test wants to know of, or to do to, its unit.
struct FakeUnitControl {
  size_t prepared = 0;
  size_t computed = 0;
  uint64_t maximum_block_bytes = UINT64_MAX;
};

class FakeProgram : public Program {
 public:
  FakeProgram(std::shared_ptr<const perception::Plan> plan, perception::Evaluate evaluate,
              std::vector<MemoryLease> leases, MemoryManager& memory, FakeUnitControl& control)
      : plan_(std::move(plan)),
        memory_(memory),
        evaluate_(std::move(evaluate)),
        leases_(std::move(leases)),
        control_(control) {
    for (const uint64_t bytes : plan_->block_bytes) blocks_.emplace_back(bytes);
    on_host_.resize(plan_->values.size());
  }

  Result<RunReport> compute(const std::map<perception::ValueId, perception::Tensor>& inputs,
                            const KeepTensor& keep) override {
    ++control_.computed;
    RunReport report;
    for (const perception::ValueId id : plan_->inputs) write(id, inputs.at(id));
    for (const perception::Step& step : plan_->steps) {
      if (step.placement != perception::Placement::kAlias) GN_TRY(compute_node(step));
      for (const perception::ValueId id : perception::results_of(plan_->graph->at(step.node)))
        if (plan_->at(id).keep == perception::Keep::kStreamed) GN_TRY(hand_out(id, keep));
      report.steps.push_back({step.node, "fake:0", "hand", now_ns(), 1});
    }
    for (const perception::Step& step : plan_->steps)
      for (const perception::ValueId id : perception::results_of(plan_->graph->at(step.node)))
        if (plan_->at(id).keep == perception::Keep::kPinned) GN_TRY(hand_out(id, keep));
    return report;
  }

 private:
  Result<void> hand_out(perception::ValueId id, const KeepTensor& keep) {
    const MemoryLease lease = GN_TRY(memory_.lease(plan_->at(id).info.size_bytes(), "copy"));
    return keep(id, read(id));
  }
  Result<void> compute_node(const perception::Step& step) {
    const perception::Node& node = plan_->graph->at(step.node);
    std::vector<perception::Tensor> operands;
    for (const perception::ValueId id : node.inputs)
      operands.push_back(id == perception::kNoValue ? perception::Tensor() : read(id));
    const std::vector<perception::Tensor> results = GN_TRY(evaluate_(node, operands));
    for (size_t i = 0; i < results.size(); ++i) write(node.outputs.at(i), results[i]);
    return {};
  }
  std::byte* address(perception::ValueId id) {
    const perception::Slot& slot = plan_->at(id).slot;
    return blocks_.at(slot.block).data() + slot.offset_bytes;
  }
  void write(perception::ValueId id, const perception::Tensor& tensor) {
    const perception::PlannedValue& value = plan_->at(id);
    if (value.residence == perception::Residence::kHost)
      on_host_[index(id)] = tensor;
    else if (value.residence != perception::Residence::kConstant)
      std::memcpy(address(id), tensor.bytes().data(), tensor.size_bytes());
  }
  perception::Tensor read(perception::ValueId id) {
    const perception::PlannedValue& value = plan_->at(id);
    if (value.residence == perception::Residence::kConstant) return value.constant;
    if (value.residence == perception::Residence::kHost) return on_host_[index(id)];
    perception::Tensor copy = perception::Tensor::allocate(value.info).value();
    std::memcpy(copy.mutable_bytes().data(), address(id), copy.size_bytes());
    return copy;
  }

  std::shared_ptr<const perception::Plan> plan_;
  MemoryManager& memory_;
  perception::Evaluate evaluate_;
  std::vector<MemoryLease> leases_;
  FakeUnitControl& control_;
  std::vector<std::vector<std::byte>> blocks_;
  std::vector<perception::Tensor> on_host_;
};

class FakeUnit : public ParallelProcessingUnit {
 public:
  FakeUnit(perception::Evaluate evaluate, FakeUnitControl& control)
      : evaluate_(std::move(evaluate)), control_(control) {
    description_.id = "fake:0";
  }
  const DeviceDescription& description() const override { return description_; }
  perception::PlanTarget target() const override {
    perception::PlanTarget target;
    target.maximum_block_bytes = control_.maximum_block_bytes;
    return target;
  }
  Result<std::unique_ptr<Program>> prepare(std::shared_ptr<const perception::Plan> plan,
                                           MemoryManager& memory) override {
    ++control_.prepared;
    std::vector<MemoryLease> leases;
    std::vector<uint64_t> wanted = plan->block_bytes;
    wanted.push_back(plan->constant_bytes);
    for (const uint64_t bytes : wanted) leases.push_back(GN_TRY(memory.lease(bytes, "arena")));
    return std::unique_ptr<Program>(std::make_unique<FakeProgram>(
        std::move(plan), evaluate_, std::move(leases), memory, control_));
  }

 private:
  perception::Evaluate evaluate_;
  FakeUnitControl& control_;
  DeviceDescription description_;
};

}  // namespace geoneuron::engine
