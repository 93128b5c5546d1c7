// SPDX-License-Identifier: MIT
#include "engine/cpu/workload.hpp"

#include <algorithm>

namespace geoneuron::engine::cpu {

int worthwhile_threads(uint64_t operations, uint64_t bytes, int available) {
  // A core does 50 operations and moves 12 bytes in a nanosecond, about; a thread gets 80 us.
  constexpr uint64_t kOperationsPerByte = 4;
  constexpr uint64_t kOperationsPerThread = 1 << 22;
  const uint64_t worthwhile =
      operations / kOperationsPerThread + bytes / (kOperationsPerThread / kOperationsPerByte);
  return static_cast<int>(std::clamp<uint64_t>(worthwhile, 1, static_cast<uint64_t>(available)));
}

}  // namespace geoneuron::engine::cpu
