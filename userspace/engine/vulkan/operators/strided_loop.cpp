// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/strided_loop.hpp"

namespace geoneuron::engine::vulkan {

StridedLoop::StridedLoop(std::vector<int64_t> extents, std::vector<std::vector<int64_t>> strides)
    : strides_(strides.size()) {
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    if (extents[axis] == 1) continue;
    // The axis before joins this one where stepping it is stepping over all of this one.
    bool joins = !extents_.empty();
    for (size_t i = 0; i < strides.size() && joins; ++i)
      joins = strides_[i].back() == strides[i][axis] * extents[axis];
    if (joins) extents_.back() *= extents[axis];
    if (!joins) extents_.push_back(extents[axis]);
    for (size_t i = 0; i < strides.size(); ++i) {
      if (joins) strides_[i].pop_back();
      strides_[i].push_back(strides[i][axis]);
    }
  }
  if (!extents_.empty()) return;
  extents_.push_back(1);
  for (auto& operand : strides_) operand.push_back(1);
}

uint64_t StridedLoop::count() const {
  uint64_t product = 1;
  for (const int64_t extent : extents_) product *= static_cast<uint64_t>(extent);
  return product;
}

LoopArray StridedLoop::extents() const {
  LoopArray result;
  result.fill(1);
  for (size_t i = 0; i < extents_.size(); ++i)
    result[i] = static_cast<uint32_t>(extents_[extents_.size() - 1 - i]);
  return result;
}

LoopArray StridedLoop::strides(size_t operand) const {
  LoopArray result{};
  const std::vector<int64_t>& from = strides_[operand];
  for (size_t i = 0; i < from.size(); ++i)
    result[i] = static_cast<uint32_t>(from[from.size() - 1 - i]);
  return result;
}

Result<void> StridedLoop::check() const {
  if (rank() <= kMaximumLoopRank) return {};
  return make_error(ENOTSUP, "%u axes that cannot be joined: at most %zu", rank(),
                    kMaximumLoopRank);
}

std::vector<int64_t> broadcast_strides(const perception::Shape& from, const perception::Shape& to) {
  const std::vector<int64_t> own = from.strides();
  const size_t missing = to.rank() - from.rank();
  std::vector<int64_t> result(to.rank(), 0);
  for (size_t axis = missing; axis < to.rank(); ++axis)
    if (from[axis - missing] != 1) result[axis] = own[axis - missing];
  return result;
}

}  // namespace geoneuron::engine::vulkan
