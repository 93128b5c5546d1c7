// SPDX-License-Identifier: MIT
// MemoryManager: who may use how much of which memory. It keeps the books; the memory itself is
// allocated by whoever asks (malloc, vkAllocateMemory), after asking. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"

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
};

struct MemoryRequest {
  HeapId heap{};
  ClientId client{};
  uint64_t size_bytes = 0;
  std::string purpose;  // "arena", "weights": for sentences
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
  ClientId client_{};
  uint64_t size_bytes_ = 0;
};

class MemoryManager {
 public:
  explicit MemoryManager(std::vector<HeapOptions> heaps);

  // Room for `request`, for as long as the lease lives. ENOMEM with what was asked, in use and
  // allowed where there is none.
  Result<MemoryLease> manage_memory(const MemoryRequest& request);
  // Room on the device's heap for the only client there is. ENOMEM.
  Result<MemoryLease> lease(uint64_t size_bytes, const char* purpose);

  uint64_t budget_bytes(HeapId heap) const;
  uint64_t used_bytes(HeapId heap) const;
  uint64_t used_bytes(HeapId heap, ClientId client) const;
  // Most bytes of the heap in use at once since the last reset.
  uint64_t peak_bytes(HeapId heap) const;
  void reset_peak(HeapId heap);

 private:
  friend class MemoryLease;
  struct Heap {
    HeapOptions options;
    uint64_t used_bytes = 0;
    uint64_t peak_bytes = 0;
    std::map<ClientId, uint64_t> used_by_client;
  };

  void release(const MemoryLease& lease);
  Error refusal(const Heap& heap, const MemoryRequest& request, uint64_t used_by_client) const;

  mutable std::mutex mutex_;  // guards everything below
  std::vector<Heap> heaps_;
};

}  // namespace geoneuron::engine
