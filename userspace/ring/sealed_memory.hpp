// SPDX-License-Identifier: MIT
// SealedMemory: a mapping of memory that was shared by fd and that nobody can make shorter: its
// size and seals are checked, since whoever shrank it would end this process by SIGBUS.
// Move-only; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::ring {

enum class Access : uint8_t { kRead, kReadWrite };

// A new memfd of that size, filled with zeros, sealed against shrinking, growing and sealing. Its
// memory is there: writing to it cannot fail. Errors: those of memfd_create, fallocate and fcntl.
Result<UniqueFd> create_sealed_memfd(const char* name, uint64_t size_bytes);

class SealedMemory {
 public:
  // Maps the whole of `fd`, which the caller may close afterwards. EINVAL, named `what`: not of
  // `size_bytes`, no memory file of tmpfs, or not sealed against shrinking, growing and sealing;
  // and what mmap says.
  static Result<SealedMemory> map(int fd, uint64_t size_bytes, Access access, const char* what);

  // The same unchecked, of an fd that is known to have that size for ever: the kernel module's.
  static Result<SealedMemory> map_trusted(int fd, uint64_t size_bytes, Access access,
                                          const char* what);

  SealedMemory() = default;
  SealedMemory(SealedMemory&& other) noexcept;
  SealedMemory& operator=(SealedMemory&& other) noexcept;
  ~SealedMemory();

  // To be written only where it was mapped so.
  std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  SealedMemory(std::byte* data, size_t size) : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace geoneuron::ring
