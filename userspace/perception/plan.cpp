// SPDX-License-Identifier: MIT
#include "perception/plan.hpp"

#include <algorithm>

#include "perception/host_memory.hpp"
#include "perception/liveness.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {
namespace {

bool only_renames(const Node& node) {
  switch (node.op) {
    case Operator::kReshape:
    case Operator::kFlatten:
    case Operator::kSqueeze:
    case Operator::kUnsqueeze:
    case Operator::kIdentity:
      return !node.fused && results_of(node).size() == 1;
    default:
      return false;
  }
}

// Makes one Plan: each member function is one stage, in the order of make_plan below.
class Planner {
 public:
  Planner(const PlanRequest& request, const PlanTarget& target, const Evaluate& evaluate,
          NodeId first_node)
      : request_(request),
        graph_(*request.graph),
        target_(target),
        first_(index(first_node)),
        propagation_(graph_, evaluate),
        wanted_(request.keep) {
    if (wanted_.empty()) wanted_.insert(graph_.outputs.begin(), graph_.outputs.end());
  }

  Result<void> propagate();
  void find_steps();
  void describe_values();
  void place_steps();
  void find_lifetimes();
  Result<void> assign_slots();
  Plan take() { return std::move(plan_); }

 private:
  PlannedValue& at(ValueId id) { return plan_.values[index(id)]; }
  bool is_known(ValueId id) const { return propagation_.known(id).is_defined(); }
  std::function<bool(ValueId)> known_test() const {
    return [this](ValueId id) { return is_known(id); };
  }
  bool touches_host_value(const Node& node);
  Placement placement_of(const Node& node, std::span<const Operand> operands);
  bool becomes_alias(const Node& node);
  void use(ValueId id, uint32_t step);
  ArenaLayout lay_out_as(Keep keep);
  Error over_budget(uint64_t needed_bytes) const;

  const PlanRequest& request_;
  const Graph& graph_;
  const PlanTarget& target_;
  const size_t first_;
  ShapePropagation propagation_;
  std::set<ValueId> wanted_;
  size_t end_ = 0;                 // one past the last node of this segment
  std::vector<uint32_t> made_at_;  // by ValueId: the first step at which the value is alive
  std::set<ValueId> constants_;    // that device steps read
  Plan plan_;
};

// Infers types and shapes, node by node, until one depends on data.
Result<void> Planner::propagate() {
  plan_.graph = request_.graph;
  for (const auto& [id, info] : request_.inputs) propagation_.set_info(id, info);
  for (const auto& [id, tensor] : request_.known) propagation_.set_known(id, tensor);
  const Liveness needed = liveness_of(graph_, first_, graph_.nodes.size(), wanted_, known_test());
  end_ = graph_.nodes.size();
  for (const NodeId id : needed.nodes) {
    const Node& node = graph_.at(id);
    const Result<void> visited = propagation_.visit(node);
    if (visited.has_value()) continue;
    if (visited.error().code != EAGAIN) return visited.error();
    if (id == needed.nodes.front())
      return invalid("%s: its shape depends on elements that are not known", node.name.c_str());
    end_ = index(id);
    plan_.next_node = id;
    plan_.complete = false;
    return {};
  }
  return {};
}

// Which nodes run, what they need from before, and what later segments need from them.
void Planner::find_steps() {
  const Liveness later = liveness_of(graph_, end_, graph_.nodes.size(), wanted_, known_test());
  std::set<ValueId> read_later;  // what is only kept need not be there any more
  for (const NodeId id : later.nodes)
    read_later.insert(graph_.at(id).inputs.begin(), graph_.at(id).inputs.end());
  std::set<ValueId> goals = later.required;
  goals.insert(wanted_.begin(), wanted_.end());
  const Liveness now = liveness_of(graph_, first_, end_, goals, known_test());
  for (const NodeId id : now.nodes) plan_.steps.push_back({id, Placement::kDevice, 0});
  plan_.values.resize(graph_.values.size());
  for (const NodeId id : now.nodes)
    for (const ValueId result : results_of(graph_.at(id))) {
      at(result).residence = is_known(result) ? Residence::kConstant : Residence::kArena;
      if (is_known(result)) continue;
      if (wanted_.contains(result)) plan_.kept.push_back(result);
      if (read_later.contains(result)) plan_.boundary.push_back(result);
    }
  for (const NodeId id : now.nodes)
    for (const ValueId operand : graph_.at(id).inputs)
      if (operand != kNoValue && !is_known(operand) &&
          at(operand).residence == Residence::kAbsent) {
        at(operand).residence = Residence::kInput;
        plan_.inputs.push_back(operand);
      }
  std::sort(plan_.inputs.begin(), plan_.inputs.end());
}

void Planner::describe_values() {
  for (size_t i = 0; i < plan_.values.size(); ++i) {
    const ValueId id{static_cast<uint32_t>(i)};
    PlannedValue& value = plan_.values[i];
    value.info = propagation_.info(id);
    if (is_known(id)) {
      value.residence = Residence::kConstant;
      value.constant = propagation_.known(id);
    }
    const bool in_slot =
        value.residence == Residence::kArena || value.residence == Residence::kInput;
    if (in_slot && value.info.size_bytes() > target_.maximum_block_bytes)
      value.residence = Residence::kHost;
  }
}

bool Planner::touches_host_value(const Node& node) {
  const auto on_host = [this](ValueId id) {
    return id != kNoValue && (at(id).residence == Residence::kHost ||
                              at(id).info.size_bytes() > target_.maximum_block_bytes);
  };
  const auto results = results_of(node);
  return std::any_of(node.inputs.begin(), node.inputs.end(), on_host) ||
         std::any_of(results.begin(), results.end(), on_host);
}

Placement Planner::placement_of(const Node& node, std::span<const Operand> operands) {
  if (touches_host_value(node)) return Placement::kHost;
  if (becomes_alias(node)) return Placement::kAlias;
  std::vector<TensorInfo> outputs;
  for (const ValueId id : node.outputs)
    outputs.push_back(id == kNoValue ? TensorInfo{} : at(id).info);
  const bool runs = !target_.runs_on_device || target_.runs_on_device(node, operands, outputs);
  return runs ? Placement::kDevice : Placement::kHost;
}

bool Planner::becomes_alias(const Node& node) {
  if (!only_renames(node)) return false;
  const Residence residence = at(node.inputs[0]).residence;
  return residence == Residence::kArena || residence == Residence::kInput;
}

void Planner::place_steps() {
  for (Step& step : plan_.steps) {
    const Node& node = graph_.at(step.node);
    const std::vector<Operand> operands = propagation_.operands_of(node);
    step.placement = placement_of(node, operands);
    if (step.placement == Placement::kAlias) {
      const ValueId source = node.inputs[0];
      const ValueId root = at(source).alias_of == kNoValue ? source : at(source).alias_of;
      at(node.outputs[0]).alias_of = root;
      continue;
    }
    std::vector<TensorInfo> results;
    for (const ValueId id : node.outputs)
      results.push_back(id == kNoValue ? TensorInfo{} : at(id).info);
    step.operations = operation_count(node, operands, results);
    if (step.placement != Placement::kDevice) continue;
    for (const ValueId id : node.inputs)
      if (id != kNoValue && is_known(id)) constants_.insert(id);
  }
  for (const ValueId id : constants_) plan_.constant_bytes += at(id).info.size_bytes();
}

// Extends the life of the value, and of the one whose slot it shares, to `step`.
void Planner::use(ValueId id, uint32_t step) {
  at(id).last_step = std::max(at(id).last_step, step);
  const ValueId root = at(id).alias_of;
  if (root != kNoValue) at(root).last_step = std::max(at(root).last_step, step);
}

void Planner::find_lifetimes() {
  made_at_.assign(graph_.values.size(), 0);
  for (PlannedValue& value : plan_.values) value.last_step = 0;
  for (size_t i = 0; i < plan_.steps.size(); ++i) {
    const auto step = static_cast<uint32_t>(i);
    const Node& node = graph_.at(plan_.steps[i].node);
    for (const ValueId id : node.inputs)
      if (id != kNoValue) use(id, step);
    for (const ValueId id : results_of(node)) {
      made_at_[index(id)] = step;
      use(id, step);
    }
  }
}

// Where everything lies if kept tensors are kept like this.
ArenaLayout Planner::lay_out_as(Keep keep) {
  const auto last = static_cast<uint32_t>(plan_.steps.empty() ? 0 : plan_.steps.size() - 1);
  for (const auto* ids : {&plan_.kept, &plan_.boundary})
    for (const ValueId id : *ids) at(id).keep = keep;
  if (keep == Keep::kPinned)
    for (const auto* ids : {&plan_.kept, &plan_.boundary})
      for (const ValueId id : *ids) use(id, last);
  std::vector<Lifetime> lifetimes;
  std::vector<ValueId> owners;
  for (size_t i = 0; i < plan_.values.size(); ++i) {
    const PlannedValue& value = plan_.values[i];
    const bool in_slot =
        value.residence == Residence::kArena || value.residence == Residence::kInput;
    if (!in_slot || value.alias_of != kNoValue) continue;
    owners.push_back(ValueId{static_cast<uint32_t>(i)});
    lifetimes.push_back({made_at_[i], value.last_step, value.info.size_bytes()});
  }
  ArenaLayout layout = lay_out(lifetimes, {target_.alignment_bytes, target_.maximum_block_bytes});
  for (size_t i = 0; i < owners.size(); ++i) at(owners[i]).slot = layout.slots[i];
  for (PlannedValue& value : plan_.values)
    if (value.alias_of != kNoValue) value.slot = at(value.alias_of).slot;
  return layout;
}

Result<void> Planner::assign_slots() {
  uint64_t needed = 0;
  plan_.program_bytes =
      target_.program_bytes ? GN_TRY(target_.program_bytes(plan_)) : plan_.constant_bytes;
  for (const Keep keep : {Keep::kPinned, Keep::kStreamed}) {
    find_lifetimes();
    for (PlannedValue& value : plan_.values) value.keep = Keep::kNo;
    ArenaLayout layout = lay_out_as(keep);
    plan_.block_bytes = layout.block_bytes;
    plan_.host_bytes = host_peak_bytes(plan_);
    plan_.peak_bytes = layout.total_bytes() + plan_.program_bytes + plan_.host_bytes;
    needed = plan_.peak_bytes + request_.held_bytes;
    if (needed <= request_.budget_bytes) return {};
  }
  return over_budget(needed);
}

Error Planner::over_budget(uint64_t needed_bytes) const {
  uint64_t largest = 0;
  std::string name = "?";
  for (size_t i = 0; i < plan_.values.size(); ++i) {
    const PlannedValue& value = plan_.values[i];
    const bool takes_memory =
        value.residence != Residence::kAbsent && value.residence != Residence::kConstant;
    if (!takes_memory || value.info.size_bytes() <= largest) continue;
    largest = value.info.size_bytes();
    name = graph_.values[i].name + " (" + value.info.to_string() + ")";
  }
  return make_error(
      ENOMEM,
      "the run needs %llu bytes of memory even with kept tensors streamed (%llu of them constants, "
      "packed weights and scratch, %llu inputs and copies on the host), the budget is %llu: raise "
      "it, give smaller "
      "inputs, or keep only tensors that come before %s, the largest",
      static_cast<unsigned long long>(needed_bytes),
      static_cast<unsigned long long>(plan_.program_bytes),
      static_cast<unsigned long long>(plan_.host_bytes + request_.held_bytes),
      static_cast<unsigned long long>(request_.budget_bytes), name.c_str());
}

}  // namespace

Result<Plan> make_plan(const PlanRequest& request, const PlanTarget& target,
                       const Evaluate& evaluate, NodeId first_node) {
  Planner planner(request, target, evaluate, first_node);
  GN_TRY(planner.propagate());
  planner.find_steps();
  planner.describe_values();
  planner.place_steps();
  GN_TRY(planner.assign_slots());
  return planner.take();
}

}  // namespace geoneuron::perception
