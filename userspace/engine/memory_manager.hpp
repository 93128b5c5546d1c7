// SPDX-License-Identifier: MIT
// MemoryManager: who may use how much of which memory: budgets of heaps, and of each client in
// them. It keeps the books; the memory itself is allocated by whoever asks (malloc,
// vkAllocateMemory), after asking. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/spare_blocks.hpp"

namespace geoneuron::engine {

// A heap: memory that is used up together. Id: index in the order of declaration.
enum class HeapId : uint32_t {};
// The heap that the neural perception kernel declares; and that of what is evicted from it, where
// there is one.
inline constexpr HeapId kDeviceHeap{0};
inline constexpr HeapId kHostHeap{1};

struct HeapOptions {
  std::string name;  // "device", "host"
  uint64_t budget_bytes = 0;
  uint64_t client_budget_bytes = UINT64_MAX;  // of each client
};

struct MemoryRequest {
  HeapId heap{};
  uint64_t size_bytes = 0;
  std::string purpose;  // "arena", "weights": for sentences
  uint64_t client = 0;  // whose budget it counts in as well; 0: nobody's
};

class MemoryManager;

// Owns its bytes' place in the books of a manager, which outlives it; gives it back when destroyed.
class MemoryLease {
 public:
  MemoryLease() = default;
  MemoryLease(MemoryLease&& other) noexcept;
  MemoryLease& operator=(MemoryLease&& other) noexcept;
  ~MemoryLease();

  uint64_t size_bytes() const { return size_bytes_; }
  void reset();

 private:
  friend class MemoryManager;
  MemoryLease(MemoryManager& manager, const MemoryRequest& request)
      : manager_(&manager),
        heap_(request.heap),
        client_(request.client),
        size_bytes_(request.size_bytes) {}

  MemoryManager* manager_ = nullptr;
  HeapId heap_{};
  uint64_t client_ = 0;
  uint64_t size_bytes_ = 0;
};

class MemoryManager {
 public:
  // `heaps` by HeapId: the device's at least.
  explicit MemoryManager(std::vector<HeapOptions> heaps);
  ~MemoryManager();

  // Room for `request`, for as long as the lease lives. ENOMEM with what was asked, in use and
  // allowed where there is none.
  Result<MemoryLease> manage_memory(const MemoryRequest& request);
  // Room on the device's heap. ENOMEM.
  Result<MemoryLease> lease(uint64_t size_bytes, const char* purpose);

  uint64_t budget_bytes(HeapId heap) const;
  // From now on. Where more than that is in use nothing is taken away, but nothing granted either.
  void set_budget(HeapId heap, uint64_t bytes);
  uint64_t used_bytes(HeapId heap) const;
  uint64_t used_bytes(HeapId heap, uint64_t client) const;
  uint64_t client_budget_bytes(HeapId heap) const;
  // Most bytes of the heap in use at once since the last reset.
  uint64_t peak_bytes(HeapId heap) const;
  void reset_peak(HeapId heap);
  // Spare copies on the host, which count against the device's heap as all of a run does. They are
  // not in use: they go before a request is granted that needs their room, so that both together
  // are never above the budget.
  const std::shared_ptr<SpareBlocks>& spare_blocks() const { return spare_; }

 private:
  friend class MemoryLease;
  struct Heap {
    HeapOptions options;
    uint64_t used_bytes = 0;
    uint64_t peak_bytes = 0;
    std::map<uint64_t, uint64_t> clients;  // bytes by client; those with any
  };

  void release(const MemoryLease& lease);
  void limit_spare();
  static uint64_t free_bytes(const Heap& heap);
  static Error refusal(const Heap& heap, const MemoryRequest& request);
  static uint64_t used_by(const Heap& heap, uint64_t client);

  mutable std::mutex mutex_;  // guards the heaps; taken before that of the spare blocks
  std::vector<Heap> heaps_;
  std::shared_ptr<SpareBlocks> spare_ = std::make_shared<SpareBlocks>();
};

}  // namespace geoneuron::engine
