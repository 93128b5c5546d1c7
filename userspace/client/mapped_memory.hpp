// SPDX-License-Identifier: MIT
// MappedMemory: owns one shared mapping of an fd. Move-only; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/result.hpp"

namespace geoneuron::client {

class MappedMemory {
 public:
  // For reading and writing. `what` names it in errors, which are those of mmap.
  static Result<MappedMemory> map(int fd, uint64_t offset, uint64_t size_bytes, const char* what);

  MappedMemory() = default;
  MappedMemory(MappedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedMemory& operator=(MappedMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~MappedMemory();

  void* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  MappedMemory(void* data, size_t size) : data_(data), size_(size) {}

  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace geoneuron::client
