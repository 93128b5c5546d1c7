// SPDX-License-Identifier: MIT
#include "worker/context_store.hpp"

#include <algorithm>
#include <utility>

namespace geoneuron::worker {
namespace {

using engine::HeapId;
using engine::kDeviceHeap;
using engine::kHostHeap;
using engine::MemoryLease;

unsigned long long printed(uint64_t number) {
  return number;
}

std::vector<engine::HeapOptions> heaps(const StoreBudgets& budgets) {
  return {{"device", budgets.device, std::min(budgets.device, budgets.context_device)},
          {"host", budgets.host, std::min(budgets.host, budgets.context_host)}};
}

}  // namespace

ContextStore::ContextStore(const StoreBudgets& budgets, engine::TensorHome& home)
    : home_(home), memory_(heaps(budgets)) {}

uint64_t ContextStore::limit(HeapId heap) const {
  return memory_.client_budget_bytes(heap);
}

uint64_t ContextStore::largest_bytes() const {
  return std::max(limit(kDeviceHeap), limit(kHostHeap));
}

uint64_t ContextStore::largest_model_bytes() const {
  return limit(kHostHeap);
}

uint64_t ContextStore::resident_bytes() const {
  return memory_.used_bytes(kDeviceHeap) + memory_.used_bytes(kHostHeap);
}

Result<void> ContextStore::put_model(uint64_t context, uint64_t number, ModelPointer model,
                                     uint64_t bytes) {
  if (bytes > limit(kHostHeap))
    return make_error(ENOMEM, "model %llu: takes %llu bytes; at most %llu may stay here",
                      printed(number), printed(bytes), printed(limit(kHostHeap)));
  const Key key{Kind::kModel, number};
  Entry* entry = GN_TRY(make_entry(context, key, bytes));
  entry->model = std::move(model);
  Result<void> settled = try_host(context, *entry);
  if (!settled) contexts_[context].erase(key);
  return settled;
}

Result<void> ContextStore::put_perception(uint64_t context, uint64_t number,
                                          std::shared_ptr<Perception> perception, uint64_t bytes) {
  if (bytes > largest_bytes())
    return make_error(ENOMEM,
                      "perception %llu: takes %llu bytes; at most %llu may stay here: keep less",
                      printed(number), printed(bytes), printed(largest_bytes()));
  const Key key{Kind::kPerception, number};
  Entry* entry = GN_TRY(make_entry(context, key, bytes));
  entry->perception = std::move(perception);
  Result<void> settled = settle(context, *entry);
  if (!settled) contexts_[context].erase(key);
  return settled;
}

Result<ContextStore::Entry*> ContextStore::make_entry(uint64_t context, Key key, uint64_t bytes) {
  Entries& entries = contexts_[context];
  entries.erase(key);
  if (entries.size() >= kMaximumObjects)
    return make_error(ENOMEM, "this context has %zu models and perceptions: release some",
                      kMaximumObjects);
  Entry& entry = entries[key];
  entry.bytes = bytes;
  entry.used = ++uses_;
  return &entry;
}

Result<ContextStore::Entry*> ContextStore::find(uint64_t context, Key key, const char* what) {
  if (const auto entries = contexts_.find(context); entries != contexts_.end())
    if (const auto entry = entries->second.find(key); entry != entries->second.end()) {
      entry->second.used = ++uses_;
      return &entry->second;
    }
  return missing(what, key.second);
}

Error ContextStore::missing(const char* what, uint64_t number) {
  return make_error(ESTALE, "%s %llu: is not here, or no more: make it again", what,
                    printed(number));
}

Result<ContextStore::Found> ContextStore::look_at(uint64_t context, uint64_t number) const {
  const auto entries = contexts_.find(context);
  if (entries == contexts_.end()) return missing("perception", number);
  const auto entry = entries->second.find({Kind::kPerception, number});
  if (entry == entries->second.end()) return missing("perception", number);
  return Found{entry->second.perception, entry->second.place == Place::kDevice};
}

Result<ModelPointer> ContextStore::model(uint64_t context, uint64_t number) {
  return GN_TRY(find(context, {Kind::kModel, number}, "model"))->model;
}

Result<std::shared_ptr<const Perception>> ContextStore::perception(uint64_t context,
                                                                   uint64_t number) {
  const Key key{Kind::kPerception, number};
  Entry* entry = GN_TRY(find(context, key, "perception"));
  std::shared_ptr<const Perception> perception = entry->perception;
  if (entry->place == Place::kHost && entry->bytes <= limit(kDeviceHeap)) {
    // Its room on the host is for those that make room on the device.
    entry->place = Place::kNowhere;
    entry->lease.reset();
    // Used now, it is told as it is, even where it cannot stay.
    if (!settle(context, *entry)) contexts_[context].erase(key);
  }
  return perception;
}

Result<void> ContextStore::settle(uint64_t context, Entry& entry) {
  if (try_device(context, entry)) return {};
  return try_host(context, entry);
}

bool ContextStore::try_device(uint64_t context, Entry& entry) {
  auto lease = room(kDeviceHeap, context, entry.bytes);
  if (!lease) return false;
  auto tensors = home_.to_device(entry.perception->tensors);
  if (!tensors) return false;  // the device has less than its budget says
  entry.perception->tensors = std::move(*tensors);
  entry.lease = std::move(*lease);
  entry.place = Place::kDevice;
  return true;
}

Result<void> ContextStore::try_host(uint64_t context, Entry& entry) {
  MemoryLease lease = GN_TRY(room(kHostHeap, context, entry.bytes));
  if (entry.perception)
    entry.perception->tensors = GN_TRY(home_.to_host(entry.perception->tensors));
  entry.lease = std::move(lease);
  entry.place = Place::kHost;
  return {};
}

Result<MemoryLease> ContextStore::room(HeapId heap, uint64_t context, uint64_t bytes) {
  // What can never fit pushes nobody out.
  Victim victim;
  while (bytes <= limit(heap) && find_victim(heap, context, bytes, victim)) evict(victim);
  return memory_.manage_memory({heap, bytes, "what is to stay", context});
}

// Who is to make room, if somebody has to and can.
bool ContextStore::find_victim(HeapId heap, uint64_t context, uint64_t bytes, Victim& victim) {
  const bool is_over_own = memory_.used_bytes(heap, context) + bytes > limit(heap);
  if (!is_over_own && memory_.used_bytes(heap) + bytes <= memory_.budget_bytes(heap)) return false;
  victim.context = is_over_own ? context : fullest_context(heap);
  const auto entries = contexts_.find(victim.context);
  if (entries == contexts_.end()) return false;
  const Place place = heap == kDeviceHeap ? Place::kDevice : Place::kHost;
  // Perceptions before models, then by age.
  const auto rank = [&](const Entry& entry) {
    return std::pair(entry.model != nullptr, entry.used);
  };
  victim.entry = entries->second.end();
  for (auto one = entries->second.begin(); one != entries->second.end(); ++one) {
    if (one->second.place != place) continue;
    if (victim.entry == entries->second.end() || rank(one->second) < rank(victim.entry->second))
      victim.entry = one;
  }
  return victim.entry != entries->second.end();
}

uint64_t ContextStore::fullest_context(HeapId heap) const {
  uint64_t fullest = 0, most = 0;
  for (const auto& [context, entries] : contexts_)
    if (const uint64_t bytes = memory_.used_bytes(heap, context); bytes > most) {
      most = bytes;
      fullest = context;
    }
  return fullest;
}

// From the device to the host; from there, or where that has no room for it, away.
void ContextStore::evict(const Victim& victim) {
  Entry& entry = victim.entry->second;
  const bool is_on_device = std::exchange(entry.place, Place::kNowhere) == Place::kDevice;
  const MemoryLease before = std::move(entry.lease);  // in the books until it has moved
  if (is_on_device && try_host(victim.context, entry)) return;
  contexts_[victim.context].erase(victim.entry);
}

Result<void> ContextStore::release(uint64_t context, uint64_t number) {
  if (number == 0) {
    drop(context);
    return {};
  }
  size_t released = 0;
  if (const auto entries = contexts_.find(context); entries != contexts_.end())
    for (const Kind kind : {Kind::kModel, Kind::kPerception})
      released += entries->second.erase({kind, number});
  if (released > 0) return {};
  return make_error(ESTALE, "object %llu: is neither a model nor a perception here",
                    printed(number));
}

}  // namespace geoneuron::worker
