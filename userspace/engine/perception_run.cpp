// SPDX-License-Identifier: MIT
#include "engine/perception_run.hpp"

#include <algorithm>

#include "perception/shape_propagation.hpp"

namespace geoneuron::engine {

using perception::NodeId;
using perception::Plan;
using perception::PlannedValue;
using perception::Residence;
using perception::Tensor;
using perception::ValueId;

Result<void> PerceptionRun::run(const KeptTensorSink& sink, PerceptionReport& report) {
  const std::vector<bool> decides = perception::shape_values(graph_);
  for (size_t i = 0; i < decides.size(); ++i)
    if (decides[i]) shape_values_.insert(ValueId{static_cast<uint32_t>(i)});
  report.predicted_peak_bytes = with_.memory.used_bytes(kDeviceHeap);
  for (const auto& [id, tensor] : tensors_) held_bytes_ += tensor.size_bytes();
  for (const ValueId id : model_.keep) {
    if (graph_.at(id).constant) GN_TRY(hand_out(id, *graph_.at(id).constant, sink));
    const auto input = tensors_.find(id);
    if (input != tensors_.end()) GN_TRY(hand_out(id, input->second, sink));
  }
  NodeId next{0};
  for (bool complete = false; !complete;) {
    Prepared* prepared = GN_TRY(prepare_segment(next));
    // The plan outlives its program's place in the store.
    const std::shared_ptr<const Plan> plan = prepared->plan;
    report.predicted_peak_bytes =
        std::max(report.predicted_peak_bytes, prepared->others_bytes + plan->peak_bytes);
    remember_known(*plan);
    GN_TRY(hand_out_known(sink));
    const RunReport run = GN_TRY(compute_segment(*prepared, sink));
    report_segment(next, *plan, run, report);
    next = plan->next_node;
    complete = plan->complete;
  }
  return {};
}

Result<void> PerceptionRun::hand_out(ValueId id, const Tensor& tensor, const KeptTensorSink& sink) {
  if (!handed_out_.insert(id).second) return {};
  return sink(graph_.at(id).name, tensor);
}

// Kept values that planning found out need not be computed.
Result<void> PerceptionRun::hand_out_known(const KeptTensorSink& sink) {
  for (const auto& [id, tensor] : known_)
    if (model_.keep.contains(id)) GN_TRY(hand_out(id, tensor, sink));
  return {};
}

Result<Prepared*> PerceptionRun::prepare_segment(NodeId first_node) {
  const uint64_t budget_bytes = with_.memory.budget_bytes(kDeviceHeap);
  PlanKey key{model_.model, model_.keep, model_.pass_count, budget_bytes, first_node, {}, known_};
  for (const auto& [id, tensor] : tensors_) {
    key.inputs[id] = tensor.info();
    // A large tensor is no shape; it only becomes one after the segment that computes it.
    const bool is_small = tensor.element_count() <= perception::ShapePropagation::kMaximumElements;
    const bool is_input =
        std::find(graph_.inputs.begin(), graph_.inputs.end(), id) != graph_.inputs.end();
    if (shape_values_.contains(id) && (is_small || !is_input)) key.known[id] = tensor;
  }
  if (Prepared* found = with_.plans.find(key)) return found;
  perception::PlanRequest request;
  request.graph = model_.graph;
  request.inputs = key.inputs;
  request.known = key.known;
  request.keep = model_.keep;
  request.held_bytes = held_bytes_;
  request.budget_bytes = budget_bytes;
  const uint64_t begin_ns = now_ns();
  Result<Prepared*> made = with_.plans.prepare(std::move(key), request, with_.evaluate);
  trace("plan and prepare", "plan", begin_ns);
  return made;
}

Result<RunReport> PerceptionRun::compute_segment(Prepared& prepared, const KeptTensorSink& sink) {
  std::map<ValueId, Tensor> inputs;
  for (const ValueId id : prepared.plan->inputs) inputs.emplace(id, tensors_.at(id));
  const std::vector<ValueId>& boundary = prepared.plan->boundary;
  const uint64_t begin_ns = now_ns();
  Result<RunReport> run =
      prepared.program->compute(inputs, [&](ValueId id, const Tensor& tensor) -> Result<void> {
        if (std::find(boundary.begin(), boundary.end(), id) != boundary.end()) {
          leases_.push_back(GN_TRY(with_.memory.lease(tensor.size_bytes(), "a later segment")));
          held_bytes_ += tensor.size_bytes();
          tensors_.insert_or_assign(id, tensor);
        }
        if (!model_.keep.contains(id)) return {};
        return hand_out(id, tensor, sink);
      });
  trace("compute", "run", begin_ns);
  return run;
}

void PerceptionRun::remember_known(const Plan& plan) {
  for (size_t i = 0; i < plan.values.size(); ++i) {
    const ValueId id{static_cast<uint32_t>(i)};
    const PlannedValue& value = plan.values[i];
    if (value.residence == Residence::kConstant && !graph_.at(id).constant &&
        !tensors_.contains(id))
      known_.emplace(id, value.constant);
  }
}

// One entry per node that this segment computed, or that planning it did.
void PerceptionRun::report_segment(NodeId first, const Plan& plan, const RunReport& run,
                                   PerceptionReport& report) {
  std::map<NodeId, const StepReport*> steps;
  for (const perception::Step& step : plan.steps) steps.emplace(step.node, nullptr);
  for (const StepReport& step : run.steps) steps[step.node] = &step;
  const size_t end = plan.complete ? graph_.nodes.size() : index(plan.next_node);
  for (size_t i = index(first); i < end; ++i) {
    const NodeId id{static_cast<uint32_t>(i)};
    const auto results = perception::results_of(graph_.at(id));
    const bool ahead = !results.empty() && known_.contains(results[0]);
    const auto planned = steps.find(id);
    if (planned == steps.end() && !ahead) continue;
    NodeRun entry{graph_.at(id).name, std::string(perception::name_of(graph_.at(id).op)), "cpu",
                  "ahead", 0};
    if (planned != steps.end()) describe_step(planned->second, entry);
    report.nodes.push_back(std::move(entry));
  }
}

// A planned node without a step of its own gives its operand another name.
void PerceptionRun::describe_step(const StepReport* step, NodeRun& entry) const {
  entry.where = step == nullptr ? with_.unit.description().id : step->where;
  entry.algorithm = step == nullptr ? "alias" : step->algorithm;
  if (step == nullptr) return;
  entry.duration_ns = step->duration_ns;
  if (with_.profiler == nullptr) return;
  with_.profiler->add({entry.node.empty() ? entry.op : entry.node,
                       "operator",
                       step->where,
                       step->begin_ns,
                       step->duration_ns,
                       {{"operator", entry.op}, {"algorithm", step->algorithm}}});
}

void PerceptionRun::trace(const char* name, const char* category, uint64_t begin_ns) {
  if (with_.profiler == nullptr) return;
  with_.profiler->add({name, category, "host", begin_ns, now_ns() - begin_ns, {}});
}

}  // namespace geoneuron::engine
