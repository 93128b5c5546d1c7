// SPDX-License-Identifier: MIT
#include "engine/vulkan/program_memory.hpp"

#include <algorithm>
#include <cstring>

#include "base/alignment.hpp"

namespace geoneuron::engine::vulkan {
namespace {

// No range is larger, whatever the device could do: shaders index words with 32 bits.
constexpr uint64_t kMaximumRangeBytes = uint64_t{1} << 30;

}  // namespace

uint64_t ProgramMemory::alignment() const {
  return range_alignment_bytes(*device_);
}

Result<const Buffer*> ProgramMemory::allocate(uint64_t bytes, MemoryUse use, const char* purpose) {
  auto entry = std::make_unique<Entry>();
  if (!is_measuring()) {
    entry->lease = GN_TRY(manager_->lease(bytes, purpose));
    entry->buffer = GN_TRY(Buffer::create(device_, bytes, use));
  }
  allocated_bytes_ += bytes;
  entries_.push_back(std::move(entry));
  return &entries_.back()->buffer;
}

// Measuring puts everything into the first chunk that could hold it. A chunk made as large as it
// then was takes the same again, and nothing else, so that places do not differ.
Result<ProgramMemory::Chunk*> ProgramMemory::room(std::vector<Chunk>& chunks,
                                                  std::span<const uint64_t> sizes, uint64_t bytes,
                                                  const char* purpose) {
  const uint64_t range = maximum_range_bytes(*device_);
  if (bytes > range)
    return make_error(ENOTSUP, "%llu bytes of %s: shaders of %s see at most %llu at once",
                      static_cast<unsigned long long>(bytes), purpose,
                      device_->facts().name.c_str(), static_cast<unsigned long long>(range));
  for (Chunk& chunk : chunks)
    if (aligned(chunk.used_bytes, alignment()) + bytes <= chunk.size_bytes) return &chunk;
  Chunk chunk;
  if (is_measuring()) {
    chunk.size_bytes = range;
  } else {
    const bool foreseen = chunks.size() < sizes.size() && sizes[chunks.size()] >= bytes;
    if (!foreseen)
      return make_error(EFAULT, "%llu bytes of %s were not foreseen",
                        static_cast<unsigned long long>(bytes), purpose);
    chunk.size_bytes = sizes[chunks.size()];
    chunk.buffer = GN_TRY(allocate(chunk.size_bytes, MemoryUse::kDevice, purpose));
  }
  chunks.push_back(chunk);
  return &chunks.back();
}

Binding ProgramMemory::take(Chunk& chunk, uint64_t bytes) const {
  Binding place;
  if (chunk.buffer != nullptr) place.buffer = chunk.buffer->get();
  place.offset_bytes = aligned(chunk.used_bytes, alignment());
  place.size_bytes = bytes;
  chunk.used_bytes = place.offset_bytes + bytes;
  chunk.peak_bytes = std::max(chunk.peak_bytes, chunk.used_bytes);
  return place;
}

Result<Binding> ProgramMemory::upload(uint64_t bytes,
                                      const std::function<void(std::span<std::byte>)>& write) {
  const uint64_t size = aligned(std::max<uint64_t>(bytes, 1), 16);
  Chunk& chunk = *GN_TRY(room(constants_, sizes_.constants, size, "weights"));
  if (is_measuring()) return take(chunk, size);
  if (chunk.buffer->mapped() == nullptr && chunk.staging == nullptr)
    chunk.staging = GN_TRY(allocate(chunk.size_bytes, MemoryUse::kUpload, "staging of weights"));
  const Binding place = take(chunk, size);
  const Buffer& target = chunk.staging != nullptr ? *chunk.staging : *chunk.buffer;
  write({target.mapped() + place.offset_bytes, static_cast<size_t>(bytes)});
  return place;
}

Result<Binding> ProgramMemory::upload(std::span<const std::byte> bytes) {
  return upload(bytes.size(), [&](std::span<std::byte> to) {
    if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
  });
}

Result<Binding> ProgramMemory::scratch(uint64_t bytes) {
  const uint64_t size = aligned(std::max<uint64_t>(bytes, 1), 16);
  return take(*GN_TRY(room(scratch_, sizes_.scratch, size, "scratch")), size);
}

void ProgramMemory::reset_scratch() {
  for (Chunk& chunk : scratch_) chunk.used_bytes = 0;
}

ChunkSizes ProgramMemory::chunk_sizes() const {
  ChunkSizes sizes;
  for (const Chunk& chunk : constants_) sizes.constants.push_back(chunk.peak_bytes);
  for (const Chunk& chunk : scratch_) sizes.scratch.push_back(chunk.peak_bytes);
  return sizes;
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
      allocated_bytes_ -= entry->lease.size_bytes();
      return true;
    });
    chunk.staging = nullptr;
  }
  return {};
}

uint64_t maximum_range_bytes(const VulkanDevice& device) {
  const uint64_t texels = uint64_t{device.limits().maxTexelBufferElements} * sizeof(float);
  return std::min<uint64_t>({device.limits().maxStorageBufferRange, texels, kMaximumRangeBytes});
}

uint64_t range_alignment_bytes(const VulkanDevice& device) {
  return std::max<uint64_t>({device.limits().minStorageBufferOffsetAlignment,
                             device.limits().minTexelBufferOffsetAlignment, 64});
}

}  // namespace geoneuron::engine::vulkan
