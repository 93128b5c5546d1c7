// SPDX-License-Identifier: MIT
// StridedLoop: a nest of loops over several operands, each with strides of its own, with as few
// axes as possible: the shaders' view of broadcasting, transposition and slices. A plain value.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/shape.hpp"

namespace geoneuron::engine::vulkan {

// Axes of one loop nest; more do not fit into push constants.
inline constexpr size_t kMaximumLoopRank = 8;

// Shared with GLSL: `extents` and strides are innermost first; unused axes have extent 1.
using LoopArray = std::array<uint32_t, kMaximumLoopRank>;

class StridedLoop {
 public:
  // `strides[operand][axis]` in elements, outermost first like `extents`.
  StridedLoop(std::vector<int64_t> extents, std::vector<std::vector<int64_t>> strides);

  uint32_t rank() const { return static_cast<uint32_t>(extents_.size()); }
  uint64_t count() const;
  LoopArray extents() const;
  // In two's complement.
  LoopArray strides(size_t operand) const;
  // ENOTSUP with more than kMaximumLoopRank axes that cannot be joined.
  Result<void> check() const;

 private:
  std::vector<int64_t> extents_;  // outermost first
  std::vector<std::vector<int64_t>> strides_;
};

// Strides of an operand of shape `from` that is broadcast to `to`: 0 along repeated axes.
std::vector<int64_t> broadcast_strides(const perception::Shape& from, const perception::Shape& to);

}  // namespace geoneuron::engine::vulkan
