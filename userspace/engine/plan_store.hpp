// SPDX-License-Identifier: MIT
// PlanStore: the programs that were prepared for one unit, most recently used first, so that a
// network run again on the same shapes neither plans nor compiles. One thread at a time.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>

#include "base/result.hpp"
#include "engine/memory_manager.hpp"
#include "engine/parallel_processing_unit.hpp"
#include "perception/model.hpp"

namespace geoneuron::engine {

// What a plan depends on. The model is held, so that its address stays its own.
struct PlanKey {
  std::shared_ptr<const perception::Model> model;
  std::set<perception::ValueId> keep;
  size_t pass_count = 0;
  uint64_t budget_bytes = 0;  // which decides what is streamed
  perception::NodeId first_node{};
  std::map<perception::ValueId, perception::TensorInfo> inputs;
  std::map<perception::ValueId, perception::Tensor> known;

  bool operator==(const PlanKey& other) const;
};

struct Prepared {
  std::shared_ptr<const perception::Plan> plan;
  std::unique_ptr<Program> program;
  uint64_t own_bytes = 0;     // in the books while it does not run
  uint64_t others_bytes = 0;  // in the books beside it, when it was last asked for
};

class PlanStore {
 public:
  // `unit` and `memory` must outlive it. Keeps at most `maximum_plans` (at least 1) per model.
  PlanStore(ParallelProcessingUnit& unit, MemoryManager& memory, size_t maximum_plans)
      : unit_(unit), memory_(memory), maximum_plans_(std::max<size_t>(maximum_plans, 1)) {}

  // The prepared program of that key, or null; others are given up where memory lacks for running
  // it. Valid until the next prepare.
  Prepared* find(const PlanKey& key);
  // Plans and prepares, giving up the programs unused for longest where memory lacks. Errors:
  // make_plan's and ParallelProcessingUnit::prepare's.
  Result<Prepared*> prepare(PlanKey key, const perception::PlanRequest& request,
                            const perception::Evaluate& evaluate);

  // Eviction: gives up the prepared programs unused for longest, but for the first `spared`, until
  // there is room for `size_bytes`. Nothing else is ever evicted: constants go with their program,
  // and what a run holds is in use.
  void make_room(uint64_t size_bytes, size_t spared = 0);

 private:
  void drop_surplus(const perception::Model* model);

  ParallelProcessingUnit& unit_;
  MemoryManager& memory_;
  size_t maximum_plans_;
  std::list<std::pair<PlanKey, Prepared>> entries_;  // most recently used first
};

}  // namespace geoneuron::engine
