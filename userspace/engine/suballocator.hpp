// SPDX-License-Identifier: MIT
// Suballocator: ranges of one block, by best fit, with neighbours joined when freed. It touches no
// memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace geoneuron::engine {

class Suballocator {
 public:
  explicit Suballocator(uint64_t size_bytes = 0);

  // The offset of a free range of `size_bytes` (0 counts as 1); none where no hole is large enough.
  // `alignment_bytes` is a power of two.
  std::optional<uint64_t> allocate(uint64_t size_bytes, uint64_t alignment_bytes);
  // `offset_bytes` is what allocate gave (asserted).
  void free(uint64_t offset_bytes);

  uint64_t size_bytes() const { return size_bytes_; }
  bool is_empty() const { return used_.empty(); }

 private:
  uint64_t size_bytes_ = 0;
  std::map<uint64_t, uint64_t> holes_;  // offset -> size; never adjacent
  std::map<uint64_t, uint64_t> used_;   // offset -> size
};

}  // namespace geoneuron::engine
