// SPDX-License-Identifier: MIT
#include "perception/softmax.hpp"

namespace geoneuron::perception {

Result<SoftmaxLines> softmax_lines(const Node& node, const Shape& shape) {
  const size_t rank = shape.rank();
  if (rank == 0) return invalid("input scalar: must have rank 1 or more");
  const bool flattened = node.attributes.integer("flattened", 0) != 0;
  const int64_t axis = node.attributes.integer("axis", flattened ? 1 : -1);
  const bool at_end = flattened && axis == static_cast<int64_t>(rank);
  const size_t first = at_end ? rank : GN_TRY(normalized_axis(axis, rank));
  const size_t end = flattened ? rank : first + 1;
  return SoftmaxLines{shape.count(0, first), shape.count(first, end), shape.count(end, rank)};
}

}  // namespace geoneuron::perception
