// SPDX-License-Identifier: MIT
#include "engine/vulkan/memory_trial.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "engine/vulkan/buffer.hpp"
#include "engine/vulkan/commands.hpp"

namespace geoneuron::engine::vulkan {
namespace {

// Pages of shared memory, as those of a memfd are.
class SharedPages {
 public:
  explicit SharedPages(size_t bytes) : bytes_(bytes) {
    memory_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  }
  SharedPages(const SharedPages&) = delete;
  ~SharedPages() {
    if (memory_ != MAP_FAILED) munmap(memory_, bytes_);
  }
  std::span<std::byte> bytes() const {
    if (memory_ == MAP_FAILED) return {};
    return {static_cast<std::byte*>(memory_), bytes_};
  }

 private:
  size_t bytes_;
  void* memory_;
};

Result<void> copy(const std::shared_ptr<VulkanDevice>& device, const Buffer& from,
                  const Buffer& to) {
  Commands commands = GN_TRY(Commands::begin(device));
  commands.copy(from.get(), 0, to.get(), 0, from.size_bytes());
  commands.barrier_to_host();
  GN_TRY(commands.end());
  return device->run(commands.get());
}

// There and back: the device reads what the host wrote, and writes what the host reads.
Result<void> try_import(const std::shared_ptr<VulkanDevice>& device) {
  const SharedPages pages(device->facts().host_import_alignment);
  if (pages.bytes().empty()) return make_error(ENOMEM, "no page of memory for the trial");
  const Buffer imported = GN_TRY(Buffer::import_host(device, pages.bytes()));
  const Buffer mirror = GN_TRY(Buffer::create(device, imported.size_bytes(), MemoryUse::kReadback));
  std::ranges::fill(pages.bytes(), std::byte{0x5a});
  GN_TRY(copy(device, imported, mirror));
  if (std::memcmp(mirror.mapped(), pages.bytes().data(), pages.bytes().size()) != 0)
    return make_error(EIO, "the device does not see what the host wrote");
  std::ranges::fill(pages.bytes(), std::byte{0});
  GN_TRY(copy(device, mirror, imported));
  if (std::memcmp(mirror.mapped(), pages.bytes().data(), pages.bytes().size()) != 0)
    return make_error(EIO, "the host does not see what the device wrote");
  return {};
}

}  // namespace

Result<MemoryTrial> try_memory(const std::shared_ptr<VulkanDevice>& device) {
  const bool is_mapped = GN_TRY(Buffer::is_mapped(device, MemoryUse::kDevice));
  MemoryTrial trial;
  if (const auto imported = try_import(device); !imported)
    trial.import_problem = imported.error().message;
  trial.way = is_mapped                      ? "mapped device memory"
              : trial.import_problem.empty() ? "host-pointer import"
                                             : "staging copy";
  return trial;
}

}  // namespace geoneuron::engine::vulkan
