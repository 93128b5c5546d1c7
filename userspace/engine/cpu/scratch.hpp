// SPDX-License-Identifier: MIT
// Scratch: divides the memory that a kernel works in. The function that takes its pieces also says,
// before there is any memory, how much they need. One thread at a time.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>

#include "engine/cpu/types.hpp"

namespace geoneuron::engine::cpu {

class Scratch {
 public:
  // Only counts; take() gives null.
  Scratch() = default;
  explicit Scratch(std::span<std::byte> memory) : memory_(memory) {}

  // Uninitialised, for `count` elements.
  template <typename T>
  T* take(int64_t count) {
    const uint64_t begin = used_bytes_;
    used_bytes_ += aligned_bytes(static_cast<uint64_t>(count) * sizeof(T));
    if (memory_.data() == nullptr) return nullptr;
    assert(used_bytes_ <= memory_.size());
    return reinterpret_cast<T*>(memory_.data() + begin);
  }
  uint64_t used_bytes() const { return used_bytes_; }

 private:
  std::span<std::byte> memory_;
  uint64_t used_bytes_ = 0;
};

}  // namespace geoneuron::engine::cpu
