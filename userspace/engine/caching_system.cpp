// SPDX-License-Identifier: MIT
#include "engine/caching_system.hpp"

// Inline, so that the state is a plain member and hashing cannot fail.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <string_view>

#include "engine/tensor_copy.hpp"

namespace geoneuron::engine {
namespace {

using perception::Tensor;

// Each part is preceded by its length, so that no two lists of parts give the same bytes.
class Hasher {
 public:
  Hasher() { XXH3_128bits_reset(&state_); }
  void add(const void* bytes, size_t size) {
    const uint64_t length = size;
    update(&length, sizeof length);
    update(bytes, size);
  }
  void add(std::string_view text) { add(text.data(), text.size()); }
  void add(uint64_t number) { add(&number, sizeof number); }
  void add(const Tensor& tensor) {
    add(static_cast<uint64_t>(tensor.type()));
    const auto& extents = tensor.shape().extents();
    add(extents.data(), extents.size() * sizeof extents[0]);
    add(tensor.bytes().data(), tensor.size_bytes());
  }
  CacheKey result() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return {hash.high64, hash.low64};
  }

 private:
  void update(const void* bytes, size_t size) {
    if (size > 0) XXH3_128bits_update(&state_, bytes, size);
  }

  XXH3_state_t state_;
};

}  // namespace

Result<Snapshot> snapshot(const NamedTensors& tensors, MemoryManager& memory) {
  Snapshot copies;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_defined()) return invalid("input %s: has no elements", name.c_str());
    copies.leases.push_back(
        GN_TRY(with_context(memory.lease(tensor.size_bytes(), "a copy"), "input " + name)));
    copies.tensors.emplace(name, GN_TRY(with_context(copy_of(tensor, memory), "input " + name)));
  }
  return copies;
}

CacheKey key_of(const CacheQuestion& question) {
  Hasher hasher;
  hasher.add(question.model_digest);
  hasher.add(question.device);
  hasher.add(question.flags);
  hasher.add(question.keep.size());
  for (const std::string& name : question.keep) hasher.add(name);
  for (const auto& [name, tensor] : *question.inputs) {
    hasher.add(name);
    hasher.add(tensor);
  }
  return hasher.result();
}

uint64_t CacheAnswer::size_bytes() const {
  uint64_t total = sizeof(CacheAnswer);
  for (const auto& [name, tensor] : tensors)
    total += name.size() + sizeof(Tensor) + std::max(tensor.size_bytes(), Tensor::kAlignmentBytes);
  return total;
}

std::shared_ptr<const CacheAnswer> CachingSystem::retrieve(const CacheKey& key) {
  return cache_.find(key);
}

void CachingSystem::store(const CacheKey& key, CacheAnswer answer, uint64_t duration_ns) {
  const uint64_t size = answer.size_bytes();
  cache_.put(key, std::make_shared<const CacheAnswer>(std::move(answer)), size,
             static_cast<double>(duration_ns));
}

}  // namespace geoneuron::engine
