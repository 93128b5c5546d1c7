// SPDX-License-Identifier: MIT
#include "engine/vulkan/program_memory.hpp"

#include <algorithm>
#include <cstring>

namespace geoneuron::engine::vulkan {
namespace {

constexpr uint64_t kConstantChunkBytes = 1 << 20;
constexpr uint64_t kScratchChunkBytes = 64 << 10;

uint64_t aligned(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace

uint64_t ProgramMemory::alignment() const {
  const VkPhysicalDeviceLimits& limits = device_->limits();
  return std::max<uint64_t>(
      {limits.minStorageBufferOffsetAlignment, limits.minTexelBufferOffsetAlignment, 64});
}

Result<const Buffer*> ProgramMemory::allocate(uint64_t bytes, MemoryUse use, const char* purpose) {
  MemoryRequest request;
  request.heap = kDeviceHeap;
  request.size_bytes = bytes;
  request.purpose = purpose;
  auto entry = std::make_unique<Entry>();
  entry->lease = GN_TRY(manager_.manage_memory(std::move(request)));
  entry->buffer = GN_TRY(Buffer::create(device_, bytes, use));
  allocated_bytes_ += bytes;
  entries_.push_back(std::move(entry));
  return &entries_.back()->buffer;
}

Result<ProgramMemory::Chunk*> ProgramMemory::room(std::vector<Chunk>& chunks, uint64_t bytes,
                                                  uint64_t chunk_bytes, const char* purpose) {
  const uint64_t range = device_->limits().maxStorageBufferRange;
  if (bytes > range)
    return make_error(ENOMEM, "%llu bytes of %s: shaders of %s see at most %llu at once",
                      static_cast<unsigned long long>(bytes), purpose,
                      device_->facts().name.c_str(), static_cast<unsigned long long>(range));
  for (Chunk& chunk : chunks)
    if (aligned(chunk.used_bytes, alignment()) + bytes <= chunk.buffer->size_bytes()) return &chunk;
  Chunk chunk;
  chunk.buffer = GN_TRY(allocate(std::max(bytes, chunk_bytes), MemoryUse::kDevice, purpose));
  chunks.push_back(chunk);
  return &chunks.back();
}

Binding ProgramMemory::take(Chunk& chunk, uint64_t bytes, uint64_t alignment) {
  Binding place;
  place.buffer = chunk.buffer->get();
  place.offset_bytes = aligned(chunk.used_bytes, alignment);
  place.size_bytes = bytes;
  chunk.used_bytes = place.offset_bytes + bytes;
  return place;
}

Result<Binding> ProgramMemory::upload(std::span<const std::byte> bytes) {
  const uint64_t size = aligned(std::max<uint64_t>(bytes.size(), 1), 16);
  Chunk& chunk = *GN_TRY(room(constants_, size, kConstantChunkBytes, "weights"));
  if (chunk.buffer->mapped() == nullptr && chunk.staging == nullptr)
    chunk.staging =
        GN_TRY(allocate(chunk.buffer->size_bytes(), MemoryUse::kUpload, "staging of weights"));
  const Binding place = take(chunk, size, alignment());
  const Buffer& target = chunk.staging != nullptr ? *chunk.staging : *chunk.buffer;
  std::memcpy(target.mapped() + place.offset_bytes, bytes.data(), bytes.size());
  return place;
}

Result<Binding> ProgramMemory::scratch(uint64_t bytes) {
  const uint64_t size = aligned(std::max<uint64_t>(bytes, 1), 16);
  Chunk& chunk = *GN_TRY(room(scratch_, size, kScratchChunkBytes, "scratch"));
  return take(chunk, size, alignment());
}

void ProgramMemory::reset_scratch() {
  for (Chunk& chunk : scratch_) chunk.used_bytes = 0;
}

Result<void> ProgramMemory::finish_uploads() {
  Commands commands = GN_TRY(Commands::begin(device_));
  bool any = false;
  for (const Chunk& chunk : constants_) {
    if (chunk.staging == nullptr) continue;
    commands.copy(chunk.staging->get(), 0, chunk.buffer->get(), 0, chunk.used_bytes);
    any = true;
  }
  GN_TRY(commands.end());
  if (!any) return {};
  GN_TRY(device_->run(commands.get()));
  // The staging copies have served.
  for (Chunk& chunk : constants_) {
    std::erase_if(entries_, [&](const std::unique_ptr<Entry>& entry) {
      if (&entry->buffer != chunk.staging) return false;
      allocated_bytes_ -= entry->lease.allocation().size_bytes;
      return true;
    });
    chunk.staging = nullptr;
  }
  return {};
}

}  // namespace geoneuron::engine::vulkan
