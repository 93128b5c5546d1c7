// SPDX-License-Identifier: MIT
// ReduceMean, GlobalAveragePool and GlobalMaxPool. Sums are taken in double, and those of integers
// in twice their bits, so that 100,000 elements lose nothing and no sum overflows.
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/lane_sum.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/scratch.hpp"

namespace geoneuron::engine::cpu {
namespace {

// Wide enough for the sum of as many elements as a tensor may have.
template <typename T>
using Sum =
    std::conditional_t<kIsFloating<T> || sizeof(T) < 8, Accumulator<T>,
                       std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>>;

// A tensor's axes in groups that are kept and reduced by turns.
struct Group {
  int64_t extent = 1;
  bool reduced = false;
};

std::vector<Group> group_axes(const Shape& shape, const std::vector<bool>& reduced) {
  std::vector<Group> groups;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    if (groups.empty() || groups.back().reduced != reduced[axis])
      groups.push_back({1, reduced[axis]});
    groups.back().extent *= shape[axis];
  }
  return groups;
}

// Adds up all elements under `groups[level]...` whose kept indices select `sums`.
template <typename T, typename S>
void add_up(const T* source, S* sums, const std::vector<Group>& groups, size_t level) {
  const Group& group = groups[level];
  if (level + 1 == groups.size()) {
    if (group.reduced) {
      *sums += lane_sum<S, 8>(source, group.extent);
    } else {
      for (int64_t i = 0; i < group.extent; ++i) sums[i] += static_cast<S>(source[i]);
    }
    return;
  }
  int64_t source_step = 1;
  int64_t sum_step = 1;
  for (size_t inner = level + 1; inner < groups.size(); ++inner) {
    source_step *= groups[inner].extent;
    if (!groups[inner].reduced) sum_step *= groups[inner].extent;
  }
  for (int64_t i = 0; i < group.extent; ++i)
    add_up(source + i * source_step, group.reduced ? sums : sums + i * sum_step, groups, level + 1);
}

// The outermost kept group is shared among threads; each sum belongs to one thread.
template <typename T, typename S>
void add_up_in_parallel(const T* source, S* sums, std::vector<Group> groups) {
  if (groups.empty()) groups.push_back({});
  if (groups.size() == 1 || groups[0].reduced) return add_up(source, sums, groups, 0);
  int64_t source_step = 1;
  int64_t sum_step = 1;
  for (size_t inner = 1; inner < groups.size(); ++inner) {
    source_step *= groups[inner].extent;
    if (!groups[inner].reduced) sum_step *= groups[inner].extent;
  }
  parallel_for(groups[0].extent, source_step, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      add_up(source + i * source_step, sums + i * sum_step, groups, 1);
  });
}

template <typename T>
void mean(const Operation& operation, const std::vector<bool>& reduced) {
  using S = Sum<T>;
  const Tensor& input = operation.input(0);
  Tensor& output = operation.output();
  const int64_t results = output.element_count();
  const int64_t count = results == 0 ? 0 : input.element_count() / results;
  S* sums = Scratch(operation.scratch).take<S>(results);
  std::fill_n(sums, results, S{0});
  if (input.element_count() > 0)
    add_up_in_parallel(elements<T>(input), sums, group_axes(input.shape(), reduced));
  T* target = mutable_elements<T>(output);
  for (int64_t i = 0; i < results; ++i) {
    const S sum = sums[i];
    if constexpr (kIsFloating<T>)
      target[i] = static_cast<T>(sum / static_cast<S>(count));  // nothing to average: NaN
    else
      target[i] = count == 0 ? T{0} : static_cast<T>(sum / static_cast<S>(count));
  }
}

Result<std::vector<bool>> reduced_axes(const Operation& operation) {
  const size_t rank = operation.input(0).shape().rank();
  std::vector<int64_t> axes;
  if (operation.has_input(1)) axes = GN_TRY(operation.input(1).to_int64s());
  const bool none_means_none = operation.node.attributes.integer("noop_with_empty_axes", 0) != 0;
  std::vector<bool> reduced(rank, axes.empty() && !none_means_none);
  for (const int64_t axis : axes) reduced[GN_TRY(perception::normalized_axis(axis, rank))] = true;
  return reduced;
}

// Maximum of each of `rows` lines; NaN wins, as in numpy.
template <typename T>
void highest_of_rows(const T* source, T* target, int64_t rows, int64_t length) {
  parallel_for(rows, length, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      T highest = source[row * length];
      for (int64_t i = 1; i < length; ++i) {
        const T value = source[row * length + i];
        highest = highest >= value || highest != highest ? highest : value;
      }
      target[row] = highest;
    }
  });
}

}  // namespace

Result<uint64_t> mean_scratch_bytes(const Prospect& prospect) {
  Scratch scratch;
  GN_TRY(dispatch_numeric(prospect.operands[0].info.type, [&]<typename T>() {
    scratch.take<Sum<T>>(prospect.results[0].element_count());
  }));
  return scratch.used_bytes();
}

Result<void> run_mean(const Operation& operation) {
  const std::vector<bool> reduced = GN_TRY(reduced_axes(operation));
  return dispatch_among<float, double, _Float16, int8_t, uint8_t, int32_t, int64_t, uint32_t,
                        uint64_t>(operation.input(0).type(),
                                  [&]<typename T>() { mean<T>(operation, reduced); });
}

Result<void> run_global_pool(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const bool average = operation.node.op == perception::Operator::kGlobalAveragePool;
  const int64_t rows = operation.output().element_count();
  const int64_t length = rows == 0 ? 0 : input.element_count() / rows;
  if (!average && length == 0 && rows > 0)
    return invalid("%s has no elements to take a maximum of", input.info().to_string().c_str());
  std::vector<bool> reduced(input.shape().rank(), true);
  for (size_t axis = 0; axis < std::min<size_t>(2, reduced.size()); ++axis) reduced[axis] = false;
  return dispatch_floating(input.type(), [&]<typename T>() {
    if (average)
      mean<T>(operation, reduced);
    else
      highest_of_rows(elements<T>(input), mutable_elements<T>(operation.output()), rows, length);
  });
}

}  // namespace geoneuron::engine::cpu
