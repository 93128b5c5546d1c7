// SPDX-License-Identifier: MIT
#include "engine/memory_manager.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace geoneuron::engine {

MemoryLease::MemoryLease(MemoryLease&& other) noexcept
    : manager_(std::exchange(other.manager_, nullptr)),
      heap_(other.heap_),
      client_(other.client_),
      size_bytes_(std::exchange(other.size_bytes_, 0)) {}

MemoryLease& MemoryLease::operator=(MemoryLease&& other) noexcept {
  if (this != &other) {
    reset();
    manager_ = std::exchange(other.manager_, nullptr);
    heap_ = other.heap_;
    client_ = other.client_;
    size_bytes_ = std::exchange(other.size_bytes_, 0);
  }
  return *this;
}

MemoryLease::~MemoryLease() {
  reset();
}

void MemoryLease::reset() {
  if (manager_ != nullptr) manager_->release(*this);
  manager_ = nullptr;
  size_bytes_ = 0;
}

MemoryManager::MemoryManager(std::vector<HeapOptions> heaps) {
  for (HeapOptions& options : heaps) {
    Heap heap;
    heap.options = std::move(options);
    heaps_.push_back(std::move(heap));
  }
}

Result<MemoryLease> MemoryManager::manage_memory(const MemoryRequest& request) {
  const std::lock_guard lock(mutex_);
  assert(static_cast<size_t>(request.heap) < heaps_.size());
  Heap& heap = heaps_[static_cast<size_t>(request.heap)];
  // Neither sum is ever above its budget, so that the differences do not wrap around.
  uint64_t& used_by_client = heap.used_by_client[request.client];
  if (request.size_bytes > heap.options.budget_bytes - heap.used_bytes ||
      request.size_bytes > heap.options.client_budget_bytes - used_by_client)
    return refusal(heap, request, used_by_client);
  heap.used_bytes += request.size_bytes;
  heap.peak_bytes = std::max(heap.peak_bytes, heap.used_bytes);
  used_by_client += request.size_bytes;
  return MemoryLease(*this, request);
}

Result<MemoryLease> MemoryManager::lease(uint64_t size_bytes, const char* purpose) {
  return manage_memory({kDeviceHeap, ClientId{0}, size_bytes, purpose});
}

void MemoryManager::release(const MemoryLease& lease) {
  const std::lock_guard lock(mutex_);
  Heap& heap = heaps_[static_cast<size_t>(lease.heap_)];
  heap.used_bytes -= lease.size_bytes_;
  heap.used_by_client[lease.client_] -= lease.size_bytes_;
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

Error MemoryManager::refusal(const Heap& heap, const MemoryRequest& request,
                             uint64_t used_by_client) const {
  return make_error(
      ENOMEM,
      "%s memory: %s needs %llu bytes; %llu of %llu are in use (%llu of %llu by this client)",
      heap.options.name.c_str(), request.purpose.c_str(),
      static_cast<unsigned long long>(request.size_bytes),
      static_cast<unsigned long long>(heap.used_bytes),
      static_cast<unsigned long long>(heap.options.budget_bytes),
      static_cast<unsigned long long>(used_by_client),
      static_cast<unsigned long long>(
          std::min(heap.options.client_budget_bytes, heap.options.budget_bytes)));
}

}  // namespace geoneuron::engine
