// SPDX-License-Identifier: MIT
// PerceptionRun: one run of an optimised graph, segment by segment: plan, prepare, compute, hand
// what later segments need to them. One thread at a time; used once.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/result.hpp"
#include "engine/model_store.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/plan_store.hpp"

namespace geoneuron::engine {

// What a run works with; all outlive it.
struct RunSurroundings {
  const perception::Evaluate& evaluate;
  ParallelProcessingUnit& unit;
  MemoryManager& memory;
  PlanStore& plans;
  Profiler* profiler;
};

class PerceptionRun {
 public:
  // `inputs` are in the books as long as it lives.
  PerceptionRun(const RunSurroundings& surroundings, const OptimizedModel& model,
                std::map<perception::ValueId, perception::Tensor> inputs)
      : with_(surroundings), model_(model), graph_(*model.graph), tensors_(std::move(inputs)) {}

  // Runs all segments; every kept tensor goes to `sink` once. Fills in the report's nodes and
  // predicted peak.
  Result<void> run(const KeptTensorSink& sink, PerceptionReport& report);

 private:
  Result<void> hand_out(perception::ValueId id, const perception::Tensor& tensor,
                        const KeptTensorSink& sink);
  Result<void> hand_out_known(const KeptTensorSink& sink);
  Result<Prepared*> prepare_segment(perception::NodeId first_node);
  Result<RunReport> compute_segment(Prepared& prepared, const KeptTensorSink& sink);
  void remember_known(const perception::Plan& plan);
  void report_segment(perception::NodeId first, const perception::Plan& plan, const RunReport& run,
                      PerceptionReport& report);
  void describe_step(const StepReport* step, NodeRun& entry) const;
  void trace(const char* name, const char* category, uint64_t begin_ns);

  RunSurroundings with_;
  const OptimizedModel& model_;
  const perception::Graph& graph_;
  std::set<perception::ValueId> shape_values_;
  std::map<perception::ValueId, perception::Tensor> tensors_;  // on the host: inputs, boundaries
  std::map<perception::ValueId, perception::Tensor> known_;    // found out by planning
  std::set<perception::ValueId> handed_out_;
  std::vector<MemoryLease> leases_;  // of boundaries
  uint64_t held_bytes_ = 0;          // of tensors_
};

}  // namespace geoneuron::engine
