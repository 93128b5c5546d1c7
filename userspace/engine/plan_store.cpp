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
  return model == other.model && keep == other.keep && pass_count == other.pass_count &&
         budget_bytes == other.budget_bytes && first_node == other.first_node &&
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
  Prepared& prepared = entries_.front().second;
  make_room(prepared.plan->host_bytes, 1);
  prepared.others_bytes = memory_.used_bytes(kDeviceHeap) - prepared.own_bytes;
  return &prepared;
}

Result<Prepared*> PlanStore::prepare(PlanKey key, const PlanRequest& request,
                                     const Evaluate& evaluate) {
  Prepared prepared;
  prepared.plan = std::make_shared<const perception::Plan>(
      GN_TRY(make_plan(request, unit_.target(), evaluate, key.first_node)));
  make_room(prepared.plan->peak_bytes);
  prepared.others_bytes = memory_.used_bytes(kDeviceHeap);
  auto program = unit_.prepare(prepared.plan, memory_);
  // The device itself may have less than the budget says.
  if (!program.has_value() && program.error().code == ENOMEM && !entries_.empty()) {
    entries_.clear();
    prepared.others_bytes = memory_.used_bytes(kDeviceHeap);
    program = unit_.prepare(prepared.plan, memory_);
  }
  prepared.program = GN_TRY(std::move(program));
  prepared.own_bytes = memory_.used_bytes(kDeviceHeap) - prepared.others_bytes;
  entries_.emplace_front(std::move(key), std::move(prepared));
  drop_surplus(entries_.front().first.model.get());
  return &entries_.front().second;
}

void PlanStore::make_room(uint64_t size_bytes, size_t spared) {
  const uint64_t budget = memory_.budget_bytes(kDeviceHeap);
  while (entries_.size() > spared && memory_.used_bytes(kDeviceHeap) + size_bytes > budget)
    entries_.pop_back();
}

void PlanStore::drop_surplus(const perception::Model* model) {
  size_t count = 0;
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.first.model.get() == model && ++count > maximum_plans_;
  });
}

}  // namespace geoneuron::engine
