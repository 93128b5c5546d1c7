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
  assert(!heaps.empty());
  for (HeapOptions& options : heaps) {
    Heap heap;
    heap.options = std::move(options);
    heaps_.push_back(std::move(heap));
  }
  limit_spare();
}

// Whoever still holds a copy frees it in the end.
MemoryManager::~MemoryManager() {
  spare_->limit(0);
}

Result<MemoryLease> MemoryManager::manage_memory(const MemoryRequest& request) {
  const std::lock_guard lock(mutex_);
  assert(static_cast<size_t>(request.heap) < heaps_.size());
  Heap& heap = heaps_[static_cast<size_t>(request.heap)];
  const uint64_t client_bytes = used_by(heap, request.client);
  const bool fits_client =
      request.client == 0 || request.size_bytes <= heap.options.client_budget_bytes - client_bytes;
  if (request.size_bytes > free_bytes(heap) || !fits_client) return refusal(heap, request);
  heap.used_bytes += request.size_bytes;
  if (request.client != 0 && request.size_bytes != 0)
    heap.clients[request.client] = client_bytes + request.size_bytes;
  heap.peak_bytes = std::max(heap.peak_bytes, heap.used_bytes);
  limit_spare();
  return MemoryLease(*this, request);
}

Result<MemoryLease> MemoryManager::lease(uint64_t size_bytes, const char* purpose) {
  return manage_memory({kDeviceHeap, size_bytes, purpose});
}

void MemoryManager::release(const MemoryLease& lease) {
  const std::lock_guard lock(mutex_);
  Heap& heap = heaps_[static_cast<size_t>(lease.heap_)];
  heap.used_bytes -= lease.size_bytes_;
  if (const auto client = heap.clients.find(lease.client_); client != heap.clients.end()) {
    client->second -= lease.size_bytes_;
    if (client->second == 0) heap.clients.erase(client);
  }
  limit_spare();
}

void MemoryManager::limit_spare() {
  spare_->limit(free_bytes(heaps_[static_cast<size_t>(kDeviceHeap)]));
}

uint64_t MemoryManager::free_bytes(const Heap& heap) {
  return heap.options.budget_bytes - std::min(heap.options.budget_bytes, heap.used_bytes);
}

void MemoryManager::set_budget(HeapId heap, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  heaps_[static_cast<size_t>(heap)].options.budget_bytes = bytes;
  limit_spare();
}

uint64_t MemoryManager::budget_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].options.budget_bytes;
}

uint64_t MemoryManager::used_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].used_bytes;
}

uint64_t MemoryManager::used_by(const Heap& heap, uint64_t client) {
  const auto found = heap.clients.find(client);
  return found == heap.clients.end() ? 0 : found->second;
}

uint64_t MemoryManager::used_bytes(HeapId heap, uint64_t client) const {
  const std::lock_guard lock(mutex_);
  return used_by(heaps_[static_cast<size_t>(heap)], client);
}

uint64_t MemoryManager::client_budget_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].options.client_budget_bytes;
}

uint64_t MemoryManager::peak_bytes(HeapId heap) const {
  const std::lock_guard lock(mutex_);
  return heaps_[static_cast<size_t>(heap)].peak_bytes;
}

void MemoryManager::reset_peak(HeapId heap) {
  const std::lock_guard lock(mutex_);
  heaps_[static_cast<size_t>(heap)].peak_bytes = heaps_[static_cast<size_t>(heap)].used_bytes;
}

Error MemoryManager::refusal(const Heap& heap, const MemoryRequest& request) {
  if (request.size_bytes <= free_bytes(heap))
    return make_error(ENOMEM, "%s memory: %s needs %llu bytes; this client uses %llu of its %llu",
                      heap.options.name.c_str(), request.purpose.c_str(),
                      static_cast<unsigned long long>(request.size_bytes),
                      static_cast<unsigned long long>(used_by(heap, request.client)),
                      static_cast<unsigned long long>(heap.options.client_budget_bytes));
  return make_error(ENOMEM,
                    "%s memory: %s needs %llu bytes; %llu of %llu are in use; "
                    "raise the budget",
                    heap.options.name.c_str(), request.purpose.c_str(),
                    static_cast<unsigned long long>(request.size_bytes),
                    static_cast<unsigned long long>(heap.used_bytes),
                    static_cast<unsigned long long>(heap.options.budget_bytes));
}

}  // namespace geoneuron::engine
