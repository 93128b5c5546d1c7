// SPDX-License-Identifier: MIT
#include "engine/vulkan/transfer.hpp"

#include <algorithm>
#include <cstring>

namespace geoneuron::engine::vulkan {

Result<void> Transfer::copy(VkBuffer from, uint64_t from_offset, VkBuffer to, uint64_t to_offset,
                            uint64_t bytes) {
  Commands commands = GN_TRY(Commands::begin(device_));
  commands.copy(from, from_offset, to, to_offset, bytes);
  commands.barrier_to_host();
  GN_TRY(commands.end());
  return device_->run(commands.get());
}

Result<void> Transfer::reserve(const TransferSizes& sizes) {
  if (GN_TRY(Buffer::is_mapped(device_, MemoryUse::kDevice))) return {};
  if (sizes.upload_bytes > 0)
    to_device_ = GN_TRY(memory_.allocate(std::min(sizes.upload_bytes, kMaximumStagingBytes),
                                         MemoryUse::kUpload, "staging"));
  if (sizes.download_bytes > 0)
    to_host_ = GN_TRY(memory_.allocate(std::min(sizes.download_bytes, kMaximumStagingBytes),
                                       MemoryUse::kReadback, "staging"));
  return {};
}

Buffer Transfer::import(std::span<const std::byte> bytes) const {
  const uint64_t alignment = device_->facts().host_import_alignment;
  const bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % alignment == 0;
  if (!device_->facts().imports_host_memory || !aligned || bytes.size() < alignment)
    return Buffer();
  // Whole pages only: the rest of the last page belongs to the same mapping, but maybe to others.
  const uint64_t whole = bytes.size() / alignment * alignment;
  Result<Buffer> imported = Buffer::import_host(
      device_, {const_cast<std::byte*>(bytes.data()), static_cast<size_t>(whole)});
  return imported ? std::move(imported).value() : Buffer();
}

Result<void> Transfer::upload(std::span<const std::byte> from, const Buffer& to, uint64_t offset) {
  if (to.mapped() != nullptr) {
    std::memcpy(to.mapped() + offset, from.data(), from.size());
    return {};
  }
  if (const Buffer pages = import(from)) {
    GN_TRY(copy(pages.get(), 0, to.get(), offset, pages.size_bytes()));
    ++imports_;
    offset += pages.size_bytes();
    from = from.subspan(pages.size_bytes());
  }
  if (from.empty()) return {};
  if (to_device_ == nullptr) return make_error(EFAULT, "an upload has no staging memory");
  while (!from.empty()) {
    const uint64_t bytes = std::min<uint64_t>(from.size(), to_device_->size_bytes());
    std::memcpy(to_device_->mapped(), from.data(), bytes);
    GN_TRY(copy(to_device_->get(), 0, to.get(), offset, bytes));
    offset += bytes;
    from = from.subspan(bytes);
  }
  return {};
}

Result<void> Transfer::download(const Buffer& from, uint64_t offset, std::span<std::byte> to) {
  if (from.mapped() != nullptr) {
    std::memcpy(to.data(), from.mapped() + offset, to.size());
    return {};
  }
  if (const Buffer pages = import(to)) {
    GN_TRY(copy(from.get(), offset, pages.get(), 0, pages.size_bytes()));
    ++imports_;
    offset += pages.size_bytes();
    to = to.subspan(pages.size_bytes());
  }
  if (to.empty()) return {};
  if (to_host_ == nullptr) return make_error(EFAULT, "a download has no staging memory");
  while (!to.empty()) {
    const uint64_t bytes = std::min<uint64_t>(to.size(), to_host_->size_bytes());
    GN_TRY(copy(from.get(), offset, to_host_->get(), 0, bytes));
    std::memcpy(to.data(), to_host_->mapped(), bytes);
    offset += bytes;
    to = to.subspan(bytes);
  }
  return {};
}

}  // namespace geoneuron::engine::vulkan
