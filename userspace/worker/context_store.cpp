// SPDX-License-Identifier: MIT
#include "worker/context_store.hpp"

#include <algorithm>
#include <utility>

namespace geoneuron::worker {
namespace {

unsigned long long printed(uint64_t number) {
  return number;
}

}  // namespace

Result<void> ContextStore::put_model(uint64_t context, uint64_t number, ModelPointer model,
                                     uint64_t bytes) {
  return put(context, {Kind::kModel, number}, {std::move(model), nullptr, bytes, 0});
}

Result<void> ContextStore::put_perception(uint64_t context, uint64_t number,
                                          std::shared_ptr<const Perception> perception,
                                          uint64_t bytes) {
  return put(context, {Kind::kPerception, number}, {nullptr, std::move(perception), bytes, 0});
}

Result<void> ContextStore::put(uint64_t context, Key key, Entry entry) {
  if (entry.bytes > budget_bytes_)
    return make_error(ENOMEM, "%s %llu: takes %llu bytes; at most %llu may stay here: keep less",
                      key.first == Kind::kModel ? "model" : "perception", printed(key.second),
                      printed(entry.bytes), printed(budget_bytes_));
  const auto before = contexts_.find(context);
  if (before != contexts_.end()) {
    erase(before->second, key);
    if (before->second.entries.size() >= kMaximumObjects)
      return make_error(ENOMEM, "this context has %zu models and perceptions: release some",
                        kMaximumObjects);
  }
  while (resident_bytes_ + entry.bytes > budget_bytes_) evict_one();
  entry.used = ++uses_;
  resident_bytes_ += entry.bytes;
  Context& place = contexts_[context];
  place.bytes += entry.bytes;
  place.entries.emplace(key, std::move(entry));
  return {};
}

Result<ContextStore::Entry*> ContextStore::find(uint64_t context, Key key, const char* what) {
  const auto place = contexts_.find(context);
  if (place != contexts_.end())
    if (const auto entry = place->second.entries.find(key); entry != place->second.entries.end()) {
      entry->second.used = ++uses_;
      return &entry->second;
    }
  return make_error(ESTALE, "%s %llu: is not here, or no more: make it again", what,
                    printed(key.second));
}

Result<ModelPointer> ContextStore::model(uint64_t context, uint64_t number) {
  return GN_TRY(find(context, {Kind::kModel, number}, "model"))->model;
}

Result<std::shared_ptr<const Perception>> ContextStore::perception(uint64_t context,
                                                                   uint64_t number) {
  return GN_TRY(find(context, {Kind::kPerception, number}, "perception"))->perception;
}

Result<void> ContextStore::release(uint64_t context, uint64_t number) {
  if (number == 0) {
    drop(context);
    return {};
  }
  const auto place = contexts_.find(context);
  bool found = false;
  if (place != contexts_.end())
    for (const Kind kind : {Kind::kModel, Kind::kPerception})
      found = erase(place->second, {kind, number}) || found;
  if (found) return {};
  return make_error(ESTALE, "object %llu: is neither a model nor a perception here",
                    printed(number));
}

void ContextStore::drop(uint64_t context) {
  const auto place = contexts_.find(context);
  if (place == contexts_.end()) return;
  resident_bytes_ -= place->second.bytes;
  contexts_.erase(place);
}

bool ContextStore::erase(Context& context, const Key& key) {
  const auto entry = context.entries.find(key);
  if (entry == context.entries.end()) return false;
  resident_bytes_ -= entry->second.bytes;
  context.bytes -= entry->second.bytes;
  context.entries.erase(entry);
  return true;
}

// Something is resident, or there would be room.
void ContextStore::evict_one() {
  const auto largest =
      std::ranges::max_element(contexts_, {}, [](const auto& entry) { return entry.second.bytes; });
  Context& context = largest->second;
  const auto oldest = std::ranges::min_element(context.entries, {},
                                               [](const auto& entry) { return entry.second.used; });
  erase(context, Key(oldest->first));
}

}  // namespace geoneuron::worker
