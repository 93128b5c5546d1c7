// SPDX-License-Identifier: MIT
#include "engine/memory_manager.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace geoneuron::engine {

MemoryLease::MemoryLease(MemoryLease&& other) noexcept
    : manager_(std::exchange(other.manager_, nullptr)), allocation_(other.allocation_) {}

MemoryLease& MemoryLease::operator=(MemoryLease&& other) noexcept {
  if (this != &other) {
    reset();
    manager_ = std::exchange(other.manager_, nullptr);
    allocation_ = other.allocation_;
  }
  return *this;
}

MemoryLease::~MemoryLease() {
  reset();
}

void MemoryLease::reset() {
  if (manager_ != nullptr) manager_->release(allocation_.id);
  manager_ = nullptr;
}

MemoryManager::MemoryManager(std::vector<HeapOptions> heaps) {
  for (HeapOptions& options : heaps) {
    Heap heap;
    heap.options = std::move(options);
    heaps_.push_back(std::move(heap));
  }
}

Result<MemoryLease> MemoryManager::manage_memory(MemoryRequest request) {
  const std::lock_guard lock(mutex_);
  assert(static_cast<size_t>(request.heap) < heaps_.size());
  Heap& heap = heaps_[static_cast<size_t>(request.heap)];
  if (!could_fit(heap, request)) return refusal(heap, request);
  std::optional<Allocation> allocation = place(heap, request);
  while (!allocation && evict_one(request)) allocation = place(heap, request);
  if (!allocation) return refusal(heap, request);
  heap.used_by_client[request.client] += request.size_bytes;
  const AllocationId id = enter(std::move(request), *allocation);
  return MemoryLease(this, entries_[id.slot].allocation);
}

Result<MemoryLease> MemoryManager::lease(uint64_t size_bytes, const char* purpose) {
  MemoryRequest request;
  request.heap = kDeviceHeap;
  request.size_bytes = size_bytes;
  request.purpose = purpose;
  return manage_memory(std::move(request));
}

Result<Allocation> MemoryManager::find(AllocationId id) {
  const std::lock_guard lock(mutex_);
  if (id.slot >= entries_.size() || !entries_[id.slot].live ||
      entries_[id.slot].allocation.id != id)
    return make_error(ESTALE, "allocation %u.%u: was released or evicted", id.slot, id.generation);
  entries_[id.slot].last_use = ++clock_;
  return entries_[id.slot].allocation;
}

void MemoryManager::release(AllocationId id) {
  const std::lock_guard lock(mutex_);
  if (id.slot >= entries_.size()) return;
  Entry& entry = entries_[id.slot];
  if (entry.live && entry.allocation.id == id) release_entry(entry);
}

uint64_t MemoryManager::budget_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].options.budget_bytes;
}

uint64_t MemoryManager::used_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].used_bytes;
}

uint64_t MemoryManager::used_bytes(HeapId heap, ClientId client) const {
  const std::lock_guard lock(mutex_);
  const auto& by_client = heaps_[static_cast<size_t>(heap)].used_by_client;
  const auto found = by_client.find(client);
  return found == by_client.end() ? 0 : found->second;
}

uint64_t MemoryManager::peak_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].peak_bytes;
}

void MemoryManager::reset_peak(HeapId heap) {
  const std::lock_guard lock(mutex_);
  heaps_[static_cast<size_t>(heap)].peak_bytes = heaps_[static_cast<size_t>(heap)].used_bytes;
}

bool MemoryManager::fits(const Heap& heap, const MemoryRequest& request) const {
  const auto client = heap.used_by_client.find(request.client);
  const uint64_t used = client == heap.used_by_client.end() ? 0 : client->second;
  return used <= heap.options.client_budget_bytes &&
         request.size_bytes <= heap.options.client_budget_bytes - used;
}

// Whether there is room once everything evictable is gone, holes in blocks aside.
bool MemoryManager::could_fit(const Heap& heap, const MemoryRequest& request) const {
  uint64_t pinned = 0, pinned_by_client = 0;
  for (const Entry& entry : entries_) {
    if (!entry.live || entry.request.heap != request.heap || entry.request.evict) continue;
    pinned += entry.request.size_bytes;
    if (entry.request.client == request.client) pinned_by_client += entry.request.size_bytes;
  }
  const HeapOptions& options = heap.options;
  return pinned <= options.budget_bytes && request.size_bytes <= options.budget_bytes - pinned &&
         pinned_by_client <= options.client_budget_bytes &&
         request.size_bytes <= options.client_budget_bytes - pinned_by_client;
}

std::optional<Allocation> MemoryManager::place(Heap& heap, const MemoryRequest& request) {
  if (!fits(heap, request)) return std::nullopt;
  if (heap.options.block_bytes > 0) return place_in_blocks(heap, request);
  if (request.size_bytes > heap.options.budget_bytes - heap.used_bytes) return std::nullopt;
  charge(heap, request.size_bytes);
  return Allocation{{}, 0, 0, request.size_bytes};
}

std::optional<Allocation> MemoryManager::place_in_blocks(Heap& heap, const MemoryRequest& request) {
  for (auto& [number, block] : heap.blocks) {
    if (!block.shared) continue;
    const auto offset = block.space.allocate(request.size_bytes, request.alignment_bytes);
    if (offset) return Allocation{{}, number, *offset, request.size_bytes};
  }
  const bool shared = request.size_bytes <= heap.options.block_bytes;
  const uint64_t size = shared ? heap.options.block_bytes : request.size_bytes;
  if (size > heap.options.budget_bytes - heap.used_bytes) return std::nullopt;
  uint32_t number = 0;
  while (heap.blocks.contains(number)) ++number;
  Block& block = heap.blocks[number] = Block{Suballocator(size), shared};
  charge(heap, size);
  const auto offset = block.space.allocate(request.size_bytes, request.alignment_bytes);
  return Allocation{{}, number, offset.value_or(0), request.size_bytes};
}

void MemoryManager::charge(Heap& heap, uint64_t bytes) {
  heap.used_bytes += bytes;
  heap.peak_bytes = std::max(heap.peak_bytes, heap.used_bytes);
}

// Evicts the entry that was not used for longest. Where the client's own budget is what lacks, only
// its own entries help.
bool MemoryManager::evict_one(const MemoryRequest& request) {
  const bool own_only = !fits(heaps_[static_cast<size_t>(request.heap)], request);
  Entry* oldest = nullptr;
  for (Entry& entry : entries_) {
    if (!entry.live || entry.request.heap != request.heap || !entry.request.evict) continue;
    if (own_only && entry.request.client != request.client) continue;
    if (oldest == nullptr || entry.last_use < oldest->last_use) oldest = &entry;
  }
  if (oldest == nullptr) return false;
  const auto evict = std::move(oldest->request.evict);
  evict();
  release_entry(*oldest);
  return true;
}

AllocationId MemoryManager::enter(MemoryRequest request, Allocation allocation) {
  if (free_entries_.empty()) {
    free_entries_.push_back(static_cast<uint32_t>(entries_.size()));
    entries_.emplace_back().allocation.id = {free_entries_.back(), 0};
  }
  Entry& entry = entries_[free_entries_.back()];
  free_entries_.pop_back();
  allocation.id = {entry.allocation.id.slot, entry.allocation.id.generation + 1};
  entry = Entry{std::move(request), allocation, ++clock_, true};
  return allocation.id;
}

void MemoryManager::release_entry(Entry& entry) {
  Heap& heap = heaps_[static_cast<size_t>(entry.request.heap)];
  heap.used_by_client[entry.request.client] -= entry.request.size_bytes;
  if (heap.options.block_bytes == 0) {
    heap.used_bytes -= entry.request.size_bytes;
  } else {
    const auto block = heap.blocks.find(entry.allocation.block);
    block->second.space.free(entry.allocation.offset_bytes);
    if (block->second.space.is_empty()) {
      heap.used_bytes -= block->second.space.size_bytes();
      heap.blocks.erase(block);
    }
  }
  entry.live = false;
  entry.request.evict = nullptr;
  free_entries_.push_back(entry.allocation.id.slot);
}

Error MemoryManager::refusal(const Heap& heap, const MemoryRequest& request) const {
  const auto client = heap.used_by_client.find(request.client);
  return make_error(
      ENOMEM,
      "%s memory: %s needs %llu bytes; %llu of %llu are in use (%llu of %llu by this client)",
      heap.options.name.c_str(), request.purpose.c_str(),
      static_cast<unsigned long long>(request.size_bytes),
      static_cast<unsigned long long>(heap.used_bytes),
      static_cast<unsigned long long>(heap.options.budget_bytes),
      static_cast<unsigned long long>(client == heap.used_by_client.end() ? 0 : client->second),
      static_cast<unsigned long long>(
          std::min(heap.options.client_budget_bytes, heap.options.budget_bytes)));
}

}  // namespace geoneuron::engine
