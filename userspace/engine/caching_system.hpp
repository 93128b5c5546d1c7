// SPDX-License-Identifier: MIT
// CachingSystem: remembers what perceptions gave. Keys are taken over a private copy of the inputs,
// and that copy is what runs, so that nobody can change the inputs between look-up and run. One
// thread at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/cache.hpp"
#include "engine/memory_manager.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::engine {

// XXH3, 128 bits.
struct CacheKey {
  uint64_t high = 0, low = 0;
  auto operator<=>(const CacheKey&) const = default;
};

using NamedTensors = std::map<std::string, perception::Tensor>;

// Copies, with their places in the books.
struct Snapshot {
  NamedTensors tensors;
  std::vector<MemoryLease> leases;
};

// Copies that share no byte with `tensors`. `memory` is asked for room before each is made. ENOMEM.
Result<Snapshot> snapshot(const NamedTensors& tensors, MemoryManager& memory);

// Everything that the result of a perception depends on.
struct CacheQuestion {
  std::string model_digest;
  std::string device;  // engine, device and driver: their results differ in the last bits
  std::string flags;   // what else decides how the plan is made
  std::set<std::string> keep;
  const NamedTensors* inputs = nullptr;  // of a snapshot
};

CacheKey key_of(const CacheQuestion& question);

// What a perception gave, in order of production.
struct CacheAnswer {
  std::vector<std::pair<std::string, perception::Tensor>> tensors;

  uint64_t size_bytes() const;
};

class CachingSystem {
 public:
  explicit CachingSystem(uint64_t budget_bytes) : cache_(budget_bytes) {}

  // The answer, or null.
  std::shared_ptr<const CacheAnswer> retrieve(const CacheKey& key);
  // Remembers an answer that took `duration_ns` to compute.
  void store(const CacheKey& key, CacheAnswer answer, uint64_t duration_ns);

  uint64_t used_bytes() const { return cache_.used_bytes(); }
  uint64_t budget_bytes() const { return cache_.budget_bytes(); }

 private:
  Cache<CacheKey, CacheAnswer> cache_;
};

}  // namespace geoneuron::engine
