// SPDX-License-Identifier: MIT
// Plan: everything decided before a network runs: shapes, order, where each step runs, and which
// part of which arena block each tensor uses. One plan per (model, input shapes, keep set, device).
// Pure data and pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/result.hpp"
#include "perception/algorithmic_optimizer.hpp"
#include "perception/arena.hpp"
#include "perception/graph.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

enum class Residence : uint8_t {
  kAbsent,    // not part of this plan (fused away, or computed by another segment)
  kConstant,  // known before running; the tensor is PlannedValue::constant
  kInput,     // given by the caller (or left by the segment before), in an arena slot
  kArena,     // produced by a step, in an arena slot
  kHost,      // input or product too large for a block: in host memory; only host steps touch it
};

enum class Keep : uint8_t {
  kNo,        // the slot is reused after the last use
  kPinned,    // the slot lives to the end of the run and is read out then
  kStreamed,  // copied out as soon as it is produced; then the slot is reused
};

struct PlannedValue {
  TensorInfo info;
  Residence residence = Residence::kAbsent;
  Keep keep = Keep::kNo;
  Slot slot;        // for kInput and kArena
  Tensor constant;  // for kConstant: the graph's, or what shape propagation found out
  // The value whose slot this one shares because a kAlias step made it; else kNoValue.
  ValueId alias_of = kNoValue;
  // The last step that reads the value (the last step of all where it is pinned).
  uint32_t last_step = 0;
};

enum class Placement : uint8_t {
  kDevice,
  kHost,
  // Nothing to compute: the node only renames (Reshape, Flatten, Squeeze, Unsqueeze, Identity), and
  // its first output shares its first input's slot. A kept output is still handed out.
  kAlias,
};

// Steps are in order of execution. A node whose results are all constants has none.
struct Step {
  NodeId node;
  Placement placement = Placement::kDevice;
  uint64_t operations = 0;  // predicted floating-point operations
};

struct Plan;

// What the device can do; given by the engine.
struct PlanTarget {
  uint64_t alignment_bytes = 64;
  // No block is larger (lavapipe: 128 MiB storage ranges). A larger tensor lies in host memory, and
  // each node that reads or makes one runs on the host; `runs_on_device` is not asked.
  uint64_t maximum_block_bytes = UINT64_MAX;
  // What a program of this plan takes beside its arena (constants, packed weights, scratch). Asked
  // once all but the slots is decided, so that it cannot depend on the budget. Empty: the constants
  // of device steps.
  std::function<Result<uint64_t>(const Plan& plan)> program_bytes;
  // Whether the device computes this node on these operands (else Placement::kHost).
  std::function<bool(const Node&, std::span<const Operand> operands,
                     std::span<const TensorInfo> outputs)>
      runs_on_device;
};

struct PlanRequest {
  std::shared_ptr<const Graph> graph;  // optimised
  // Type and shape of each graph input; the elements where they decide shapes.
  // In later segments also of each value that an earlier one left (its boundary).
  std::map<ValueId, TensorInfo> inputs;
  std::map<ValueId, Tensor> known;  // values known before running, beside the graph's constants
  // Nodes that none of these depends on are not planned. Empty: the graph's outputs.
  std::set<ValueId> keep;
  uint64_t budget_bytes = UINT64_MAX;
  uint64_t held_bytes = 0;  // of the budget that the caller holds during the run: inputs and such
};

// One segment: steps whose shapes are all known. Where a shape depends on data the segment ends,
// and `boundary` names the values that must be read out for the next one to be planned.
struct Plan {
  std::shared_ptr<const Graph> graph;
  std::vector<PlannedValue> values;  // by ValueId
  std::vector<Step> steps;
  std::vector<uint64_t> block_bytes;  // size of each arena block
  std::vector<ValueId> inputs;        // given before running: kInput, or kHost without producer
  // What the caller asked for, as far as steps of this segment produce it. Kept inputs and kept
  // constants are not listed: the caller has them.
  std::vector<ValueId> kept;
  // Values that steps of this segment produce and later ones need; read out like kept ones (they
  // have PlannedValue::keep too). Empty in the last segment.
  std::vector<ValueId> boundary;
  NodeId next_node{};           // first node of the next segment, if any
  bool complete = true;         // false: another segment follows
  uint64_t constant_bytes = 0;  // constants that device steps read
  uint64_t program_bytes = 0;   // PlanTarget::program_bytes of this plan
  uint64_t host_bytes = 0;      // host_peak_bytes() of this plan
  // Predicted memory: arena blocks, program_bytes and host_bytes.
  uint64_t peak_bytes = 0;

  const PlannedValue& at(ValueId id) const { return values[index(id)]; }
};

// Plans the nodes from `first_node` on. Shape values are propagated first (with `evaluate`). Kept
// tensors are pinned if all fit into the budget, else streamed; over budget even so: ENOMEM with
// bytes needed, the budget, and what to keep less of. The budget holds the plan's peak and what the
// caller holds. EINVAL where an input lacks its type
// and shape or a node contradicts its operands. Errors of PlanTarget::program_bytes.
Result<Plan> make_plan(const PlanRequest& request, const PlanTarget& target,
                       const Evaluate& evaluate, NodeId first_node = NodeId{0});

}  // namespace geoneuron::perception
