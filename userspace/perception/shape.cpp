// SPDX-License-Identifier: MIT
#include "perception/shape.hpp"

#include <algorithm>

namespace geoneuron::perception {

Result<Shape> Shape::checked(std::vector<int64_t> extents) {
  if (extents.size() > kMaximumRank)
    return invalid("rank %zu: at most %zu is supported", extents.size(), kMaximumRank);
  int64_t elements = 1;
  for (const int64_t extent : extents) {
    if (extent < 0)
      return invalid("extent %lld: must not be negative", static_cast<long long>(extent));
    // Tested by itself as well, for a 0 beside it would hide it.
    if (extent > kMaximumElements || (extent > 0 && elements > kMaximumElements / extent))
      return invalid("%s: has more than 2^40 elements", Shape(extents).to_string().c_str());
    elements *= extent;
  }
  return Shape(std::move(extents));
}

int64_t Shape::count(size_t first, size_t last) const {
  int64_t product = 1;
  for (size_t axis = first; axis < last; ++axis) product *= extents_[axis];
  return product;
}

std::vector<int64_t> Shape::strides() const {
  std::vector<int64_t> result(rank());
  int64_t stride = 1;
  for (size_t axis = rank(); axis-- > 0;) {
    result[axis] = stride;
    stride *= extents_[axis];
  }
  return result;
}

std::string Shape::to_string() const {
  if (extents_.empty()) return "scalar";
  std::string text;
  for (const int64_t extent : extents_) {
    if (!text.empty()) text += 'x';
    text += std::to_string(extent);
  }
  return text;
}

Result<Shape> broadcast(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.rank(), b.rank());
  std::vector<int64_t> extents(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t from_a = i < rank - a.rank() ? 1 : a[i - (rank - a.rank())];
    const int64_t from_b = i < rank - b.rank() ? 1 : b[i - (rank - b.rank())];
    if (from_a != from_b && from_a != 1 && from_b != 1)
      return invalid("shapes %s and %s do not broadcast: axis %zu must be equal or 1",
                     a.to_string().c_str(), b.to_string().c_str(), i);
    extents[i] = from_a == 1 ? from_b : from_a;
  }
  return Shape::checked(std::move(extents));
}

Result<size_t> normalized_axis(int64_t axis, size_t rank) {
  const auto signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank)
    return invalid("axis %lld: must lie in [-%zu, %zu) for rank %zu", static_cast<long long>(axis),
                   rank, rank, rank);
  return static_cast<size_t>(axis < 0 ? axis + signed_rank : axis);
}

}  // namespace geoneuron::perception
