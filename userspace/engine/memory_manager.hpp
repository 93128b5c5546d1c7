// SPDX-License-Identifier: MIT
// MemoryManager: who may use how much of which memory. It accounts and places; the memory itself is
// allocated by whoever asks (malloc, vkAllocateMemory), after asking. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/suballocator.hpp"

namespace geoneuron::engine {

// A heap: memory that is used up together. Id: index in the order of declaration.
enum class HeapId : uint32_t {};
// The heaps that the neural perception kernel declares.
inline constexpr HeapId kDeviceHeap{0};
// Whose memory it is: a client of the daemon, or 0 where there is only one.
enum class ClientId : uint32_t {};

struct HeapOptions {
  std::string name;                           // "device", "host"
  uint64_t budget_bytes = 0;                  // of all clients together
  uint64_t client_budget_bytes = UINT64_MAX;  // of each client
  // 0: every allocation stands alone. Else small ones are placed into blocks of this size, and the
  // heap is charged for whole blocks.
  uint64_t block_bytes = 0;
};

// Names one allocation for ever: a released one's id never becomes valid again (until 2^32 reuses).
struct AllocationId {
  uint32_t slot = UINT32_MAX;
  uint32_t generation = 0;
  bool operator==(const AllocationId&) const = default;
};

struct MemoryRequest {
  HeapId heap{};
  ClientId client{};
  uint64_t size_bytes = 0;
  uint64_t alignment_bytes = 1;  // a power of two
  std::string purpose;           // "arena", "weights": for sentences
  // Moves the contents to the host and frees the memory; called when others need the room, after
  // which the id is stale. Must not call the manager. Empty: not evictable.
  std::function<void()> evict;
};

struct Allocation {
  AllocationId id;
  uint32_t block = 0;  // in heaps with blocks
  uint64_t offset_bytes = 0;
  uint64_t size_bytes = 0;
};

class MemoryManager;

// Owns one allocation's place in the books; releases it when destroyed.
class MemoryLease {
 public:
  MemoryLease() = default;
  MemoryLease(MemoryManager* manager, Allocation allocation)
      : manager_(manager), allocation_(allocation) {}
  MemoryLease(MemoryLease&& other) noexcept;
  MemoryLease& operator=(MemoryLease&& other) noexcept;
  ~MemoryLease();

  const Allocation& allocation() const { return allocation_; }
  void reset();

 private:
  MemoryManager* manager_ = nullptr;
  Allocation allocation_;
};

class MemoryManager {
 public:
  explicit MemoryManager(std::vector<HeapOptions> heaps);

  // Room for `request`, after evicting the least recently used evictable allocations where needed.
  // ENOMEM with what was asked, in use and allowed where there is none; nothing is evicted then,
  // except in heaps with blocks, where only trying tells.
  Result<MemoryLease> manage_memory(MemoryRequest request);

  // Room on the device's heap for the only client there is, for as long as the lease lives. ENOMEM.
  Result<MemoryLease> lease(uint64_t size_bytes, const char* purpose);

  // Where the allocation lies; marks it as used. ESTALE where it was released or evicted.
  Result<Allocation> find(AllocationId id);
  // Releases; a stale id is ignored, because its owner cannot know that it was evicted.
  void release(AllocationId id);

  uint64_t budget_bytes(HeapId heap) const;
  uint64_t used_bytes(HeapId heap) const;
  uint64_t used_bytes(HeapId heap, ClientId client) const;
  // Most bytes of the heap in use at once since the last reset.
  uint64_t peak_bytes(HeapId heap) const;
  void reset_peak(HeapId heap);

 private:
  struct Block {
    Suballocator space;
    bool shared = false;  // false: made for one allocation that no block would hold
  };
  struct Heap {
    HeapOptions options;
    uint64_t used_bytes = 0;
    uint64_t peak_bytes = 0;
    std::map<ClientId, uint64_t> used_by_client;
    std::map<uint32_t, Block> blocks;
  };
  struct Entry {
    MemoryRequest request;
    Allocation allocation;  // its id's generation grows with every reuse of the entry
    uint64_t last_use = 0;
    bool live = false;
  };

  bool fits(const Heap& heap, const MemoryRequest& request) const;
  bool could_fit(const Heap& heap, const MemoryRequest& request) const;
  std::optional<Allocation> place(Heap& heap, const MemoryRequest& request);
  std::optional<Allocation> place_in_blocks(Heap& heap, const MemoryRequest& request);
  void charge(Heap& heap, uint64_t bytes);
  bool evict_one(const MemoryRequest& request);
  AllocationId enter(MemoryRequest request, Allocation allocation);
  void release_entry(Entry& entry);
  Error refusal(const Heap& heap, const MemoryRequest& request) const;

  mutable std::mutex mutex_;  // guards everything below
  std::vector<Heap> heaps_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> free_entries_;
  uint64_t clock_ = 0;
};

}  // namespace geoneuron::engine
