// SPDX-License-Identifier: MIT
// Cache: values by key within a budget of bytes; what is cheap to make again for its size goes
// first. GreedyDual-Size (Cao and Irani, "Cost-Aware WWW Proxy Caching Algorithms", 1997). Not
// thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace geoneuron::engine {

template <typename Key, typename Value>
class Cache {
 public:
  explicit Cache(uint64_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // The value, or null. A hit makes it young again.
  std::shared_ptr<const Value> find(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    reorder(key, found->second);
    return found->second.value;
  }

  // Keeps `value`, which took `cost` (any unit) to make, in place of an older one of the same key.
  // False where it is larger than the whole budget.
  bool put(const Key& key, std::shared_ptr<const Value> value, uint64_t size_bytes, double cost) {
    erase(key);
    if (size_bytes > budget_bytes_) return false;
    while (used_bytes_ > budget_bytes_ - size_bytes) {
      age_ = order_.begin()->first;
      erase(Key(order_.begin()->second));
    }
    Entry& entry = entries_[key];
    entry.value = std::move(value);
    entry.size_bytes = size_bytes;
    entry.cost = cost;
    used_bytes_ += size_bytes;
    reorder(key, entry);
    return true;
  }

  void erase(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    order_.erase({found->second.priority, key});
    used_bytes_ -= found->second.size_bytes;
    entries_.erase(found);
  }

  uint64_t used_bytes() const { return used_bytes_; }
  uint64_t budget_bytes() const { return budget_bytes_; }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    uint64_t size_bytes = 0;
    double cost = 0;
    double priority = 0;
  };

  void reorder(const Key& key, Entry& entry) {
    order_.erase({entry.priority, key});
    entry.priority = age_ + entry.cost / static_cast<double>(entry.size_bytes + 1);
    order_.insert({entry.priority, key});
  }

  uint64_t budget_bytes_;
  uint64_t used_bytes_ = 0;  // sum over entries_; never above the budget
  double age_ = 0;           // priority of what went last: no entry that stays is below it
  std::map<Key, Entry> entries_;
  std::set<std::pair<double, Key>> order_;  // one per entry, least valuable first
};

}  // namespace geoneuron::engine
