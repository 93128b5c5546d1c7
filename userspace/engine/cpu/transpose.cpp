// SPDX-License-Identifier: MIT
// Transpose and Slice: results whose elements lie in the input at regular distances.
#include <cstring>

#include "engine/cpu/exchange.hpp"
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/operands.hpp"
#include "engine/cpu/strided_loop.hpp"
#include "perception/slice.hpp"

namespace geoneuron::engine::cpu {
namespace {

template <typename T>
void copy_rows(const StridedLoop& loop, const T* source, T* target) {
  const int64_t length = loop.row().extent;
  const int64_t step = loop.row().strides[0];
  loop.for_each_row([=](int64_t at, int64_t from, int64_t) {
    if (step == 1)
      std::memcpy(target + at, source + from, static_cast<size_t>(length) * sizeof(T));
    else
      for (int64_t i = 0; i < length; ++i) target[at + i] = source[from + i * step];
  });
}

// Whether the permutation moves a block of axes [first, middle) behind [middle, rank).
bool is_exchange(const std::vector<int64_t>& order, size_t* first, size_t* middle) {
  const size_t rank = order.size();
  size_t fixed = 0;
  while (fixed < rank && order[fixed] == static_cast<int64_t>(fixed)) ++fixed;
  if (fixed == rank) return false;
  const auto split = static_cast<size_t>(order[fixed]);
  for (size_t i = fixed; i < rank; ++i)
    if (order[i] != static_cast<int64_t>(fixed + (i - fixed + split - fixed) % (rank - fixed)))
      return false;
  *first = fixed;
  *middle = split;
  return true;
}

}  // namespace

Result<void> run_transpose(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const size_t rank = input.shape().rank();
  std::vector<int64_t> reversed(rank);
  for (size_t axis = 0; axis < rank; ++axis) reversed[axis] = static_cast<int64_t>(rank - 1 - axis);
  const auto order = operation.node.attributes.integers("perm", reversed);
  size_t first = 0;
  size_t middle = 0;
  if (is_exchange(order, &first, &middle)) {
    const Shape& shape = input.shape();
    dispatch_size(input.type(), [&]<typename T>() {
      exchange(elements<T>(input), mutable_elements<T>(operation.output()), shape.count(0, first),
               shape.count(first, middle), shape.count(middle, rank));
    });
    return {};
  }
  const auto strides = input.shape().strides();
  std::vector<StridedAxis> axes;
  for (const int64_t axis : order) {
    const int64_t stride = strides[static_cast<size_t>(axis)];
    axes.push_back({input.shape()[static_cast<size_t>(axis)], {stride, stride}});
  }
  dispatch_size(input.type(), [&]<typename T>() {
    copy_rows(StridedLoop(axes), elements<T>(input), mutable_elements<T>(operation.output()));
  });
  return {};
}

Result<void> run_slice(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const auto slices = GN_TRY(perception::slice_axes(operands_of(operation)));
  const auto strides = input.shape().strides();
  int64_t start = 0;
  std::vector<StridedAxis> axes;
  for (size_t axis = 0; axis < slices.size(); ++axis) {
    const int64_t stride = slices[axis].step * strides[axis];
    start += slices[axis].start * strides[axis];
    axes.push_back({slices[axis].count, {stride, stride}});
  }
  if (operation.output().element_count() == 0) return {};
  dispatch_size(input.type(), [&]<typename T>() {
    copy_rows(StridedLoop(axes), elements<T>(input) + start,
              mutable_elements<T>(operation.output()));
  });
  return {};
}

}  // namespace geoneuron::engine::cpu
