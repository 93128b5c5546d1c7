// SPDX-License-Identifier: MIT
#include "engine/plan_store.hpp"

#include <algorithm>

namespace geoneuron::engine {
namespace {

using perception::Evaluate;
using perception::PlanRequest;
using perception::Tensor;

bool same_tensor(const Tensor& a, const Tensor& b) {
  return a.info() == b.info() && std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin());
}

}  // namespace

bool PlanKey::operator==(const PlanKey& other) const {
  return model == other.model && keep == other.keep && first_node == other.first_node &&
         inputs == other.inputs &&
         std::equal(known.begin(), known.end(), other.known.begin(), other.known.end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && same_tensor(a.second, b.second);
                    });
}

Prepared* PlanStore::find(const PlanKey& key) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return &entries_.front().second;
}

Result<Prepared*> PlanStore::prepare(PlanKey key, const PlanRequest& request,
                                     const Evaluate& evaluate) {
  Result<Prepared> prepared = try_prepare(key, request, evaluate, 0);
  // What a unit takes beside the plan (packed weights, scratch) is known to it alone.
  for (uint64_t share = 4; !prepared.has_value() && prepared.error().code == ENOMEM && share >= 2;
       share /= 2) {
    Result<Prepared> again = try_prepare(key, request, evaluate, request.budget_bytes / share);
    if (again.has_value()) prepared = std::move(again);
  }
  entries_.emplace_front(std::move(key), GN_TRY(std::move(prepared)));
  drop_surplus(entries_.front().first.model.get());
  return &entries_.front().second;
}

Result<Prepared> PlanStore::try_prepare(const PlanKey& key, const PlanRequest& request,
                                        const Evaluate& evaluate, uint64_t reserved_bytes) {
  Prepared prepared;
  const perception::PlanTarget target = unit_.target();
  prepared.plan = std::make_shared<const perception::Plan>(
      GN_TRY(make_plan(request, target, evaluate, key.first_node, reserved_bytes)));
  make_room(prepared.plan->peak_bytes + reserved_bytes);
  auto program = unit_.prepare(prepared.plan, memory_);
  if (!program.has_value() && program.error().code == ENOMEM && !entries_.empty()) {
    entries_.clear();
    program = unit_.prepare(prepared.plan, memory_);
  }
  prepared.program = GN_TRY(std::move(program));
  return prepared;
}

void PlanStore::make_room(uint64_t size_bytes) {
  const uint64_t budget = memory_.budget_bytes(kDeviceHeap);
  while (!entries_.empty() && memory_.used_bytes(kDeviceHeap) + size_bytes > budget)
    entries_.pop_back();
}

void PlanStore::drop_surplus(const perception::Model* model) {
  size_t count = 0;
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.first.model.get() == model && ++count > maximum_plans_;
  });
}

}  // namespace geoneuron::engine
