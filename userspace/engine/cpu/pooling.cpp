// SPDX-License-Identifier: MIT
// MaxPool (with indices) and AveragePool over windows of any rank. They run along rows, tap by tap,
// or along channels where those lie innermost, instead of through oneDNN, whose maximum loses NaN,
// knows no indices, and takes the digits 247 us row-major (ours: 62) or 30 us channels last (23).
#include "engine/cpu/pooling.hpp"

#include <limits>

#include "engine/cpu/parallel.hpp"
#include "engine/cpu/scratch.hpp"
#include "engine/cpu/window_rows.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Window;
using perception::WindowAxis;

// The taps of one axis at one output position that lie inside the input.
struct Taps {
  int64_t first = 0;  // input index
  int64_t count = 0;
  int64_t padded = 0;  // taps inside the padded input, as count_include_pad counts them
};

Taps taps_at(const WindowAxis& axis, int64_t position) {
  const int64_t start = position * axis.stride - axis.pad_begin;
  int64_t skipped = start < 0 ? (-start + axis.dilation - 1) / axis.dilation : 0;
  skipped = std::min(skipped, axis.kernel);
  const auto before = [&](int64_t limit) {  // taps k with start + k * dilation < limit
    if (start >= limit) return int64_t{0};
    return std::min(axis.kernel, (limit - start + axis.dilation - 1) / axis.dilation);
  };
  Taps taps;
  taps.first = start + skipped * axis.dilation;
  taps.count = std::max<int64_t>(0, before(axis.input) - skipped);
  taps.padded = before(axis.input + axis.pad_end);
  return taps;
}

// The window's axes with three at least, and the taps of every position: pools become 3-D loops.
struct PoolPlan {
  std::vector<std::vector<Taps>> taps;  // [axis][output position]
  std::vector<int64_t> strides;         // of the input
  std::vector<int64_t> dilations;
  int64_t input_count = 1;
  int64_t output_count = 1;
};

PoolPlan plan_pool(const Window& window) {
  PoolPlan plan;
  for (const WindowAxis& axis : window.axes) {
    std::vector<Taps> taps;
    for (int64_t i = 0; i < axis.output; ++i) taps.push_back(taps_at(axis, i));
    plan.taps.push_back(std::move(taps));
    plan.dilations.push_back(axis.dilation);
    plan.input_count *= axis.input;
    plan.output_count *= axis.output;
  }
  plan.strides.assign(window.axes.size(), 1);
  for (size_t axis = window.axes.size() - 1; axis-- > 0;)
    plan.strides[axis] = plan.strides[axis + 1] * window.axes[axis + 1].input;
  return plan;
}

// Visits the inputs under one window, from `axis` inwards, in row-major order.
template <typename Visit>
void visit_window(const PoolPlan& plan, const std::vector<const Taps*>& at, size_t axis,
                  int64_t offset, const Visit& visit) {
  const Taps& taps = *at[axis];
  const int64_t step = plan.dilations[axis] * plan.strides[axis];
  offset += taps.first * plan.strides[axis];
  if (axis + 1 == at.size()) {
    for (int64_t k = 0; k < taps.count; ++k) visit(offset + k * step);
    return;
  }
  for (int64_t k = 0; k < taps.count; ++k)
    visit_window(plan, at, axis + 1, offset + k * step, visit);
}

// Calls body(position, taps of each axis) for all output positions of one channel.
template <typename Body>
void for_each_window(const PoolPlan& plan, const Body& body) {
  const size_t rank = plan.taps.size();
  std::vector<const Taps*> at(rank);
  for (int64_t position = 0; position < plan.output_count; ++position) {
    int64_t rest = position;
    for (size_t axis = rank; axis-- > 0;) {
      const auto extent = static_cast<int64_t>(plan.taps[axis].size());
      at[axis] = &plan.taps[axis][static_cast<size_t>(rest % extent)];
      rest /= extent;
    }
    body(position, at);
  }
}

template <typename T>
T lowest() {
  if constexpr (std::is_integral_v<T>)
    return std::numeric_limits<T>::lowest();
  else
    return static_cast<T>(-std::numeric_limits<float>::infinity());
}

// Index of an element whose spatial axes are counted column-major (storage_order 1).
int64_t column_major(int64_t offset, const Window& window) {
  int64_t result = 0;
  std::vector<int64_t> index(window.axes.size());
  for (size_t axis = window.axes.size(); axis-- > 0;) {
    index[axis] = offset % window.axes[axis].input;
    offset /= window.axes[axis].input;
  }
  for (size_t axis = window.axes.size(); axis-- > 0;)
    result = result * window.axes[axis].input + index[axis];
  return result;
}

// NaN wins over every number.
template <typename T>
T higher(T highest, T value) {
  return value > highest || value != value ? value : highest;
}

// target[i] = the higher of it and from[i * stride].
template <typename T>
void raise_row(const T* from, int64_t stride, T* __restrict target, int64_t length) {
  if (stride == 1)  // contiguous: one vector at a time
    for (int64_t i = 0; i < length; ++i) target[i] = higher(target[i], from[i]);
  else
    for (int64_t i = 0; i < length; ++i) target[i] = higher(target[i], from[i * stride]);
}

template <typename T>
void add_row(const T* from, int64_t stride, double* __restrict sums, int64_t length) {
  if (stride == 1)
    for (int64_t i = 0; i < length; ++i) sums[i] += static_cast<double>(from[i]);
  else
    for (int64_t i = 0; i < length; ++i) sums[i] += static_cast<double>(from[i * stride]);
}

// Calls row(first input, result offset, length) for the rows of all taps of one channel.
template <typename Row>
void for_each_pool_row(const Sides& sides, const Row& row) {
  for_each_tap(sides, [&](int64_t, const std::vector<const Span*>& spans) {
    for_each_row(sides, spans, 0, 0, 0, [&](int64_t dense, int64_t spread, int64_t length) {
      row(spread, dense, length);
    });
  });
}

// Where the maximum of each window of one channel lies, counted from the channel's first element.
template <typename T>
void find_maxima(const PoolPlan& plan, const T* source, int64_t* indices) {
  for_each_window(plan, [&](int64_t position, const std::vector<const Taps*>& at) {
    int64_t found = -1;
    visit_window(plan, at, 0, 0, [&](int64_t offset) {
      if (found >= 0) {
        const T highest = source[found], value = source[offset];
        if (highest != highest || (!(value > highest) && value == value)) return;
      }
      found = offset;
    });
    indices[position] = std::max<int64_t>(found, 0);
  });
}

// By how many elements the sum of each window is divided.
void find_divisors(const PoolPlan& plan, bool include_pad, double* divisors) {
  for_each_window(plan, [&](int64_t position, const std::vector<const Taps*>& at) {
    int64_t count = 1;
    for (const Taps* taps : at) count *= include_pad ? taps->padded : taps->count;
    divisors[position] = static_cast<double>(std::max<int64_t>(count, 1));
  });
}

bool includes_pad(const perception::Node& node) {
  return node.attributes.integer("count_include_pad", 0) != 0;
}

// What an average needs: a divisor for each position, and sums of each range of a parallel loop.
struct AverageBuffers {
  double* divisors = nullptr;
  double* sums = nullptr;
};

AverageBuffers take_buffers(Scratch& scratch, int64_t positions, int64_t ranges, int64_t sums) {
  double* divisors = scratch.take<double>(positions);
  return {divisors, scratch.take<double>(ranges * sums)};
}

template <typename T>
void maximum_pool(const Operation& operation, const Window& window) {
  const PoolPlan plan = plan_pool(window);
  const Sides sides = sides_of(window, false);
  const Shape& shape = operation.input(0).shape();
  const bool columns_first = operation.node.attributes.integer("storage_order", 0) != 0;
  const T* source = elements<T>(operation.input(0));
  T* values = mutable_elements<T>(operation.output());
  int64_t* indices =
      operation.has_output(1) ? mutable_elements<int64_t>(operation.output(1)) : nullptr;
  const int64_t work = plan.output_count * sides.useful_taps();
  parallel_for(shape.count(0, 2), work, [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      const T* from = source + channel * plan.input_count;
      T* to = values + channel * plan.output_count;
      std::fill_n(to, plan.output_count, lowest<T>());
      for_each_pool_row(sides, [&](int64_t first, int64_t offset, int64_t length) {
        raise_row(from + first, sides.strides.back(), to + offset, length);
      });
      if (indices == nullptr) continue;
      int64_t* found = indices + channel * plan.output_count;
      find_maxima(plan, from, found);
      for (int64_t i = 0; i < plan.output_count; ++i)
        found[i] = channel * plan.input_count +
                   (columns_first ? column_major(found[i], window) : found[i]);
    }
  });
}

AverageBuffers take_row_major(Scratch& scratch, const Sides& sides, const Shape& output) {
  const int64_t positions = output.count(2, output.rank());
  const int64_t ranges = range_count(output.count(0, 2), positions * sides.useful_taps());
  return take_buffers(scratch, positions, ranges, positions);
}

template <typename T>
void average_pool(const Operation& operation, const Window& window) {
  const PoolPlan plan = plan_pool(window);
  const Sides sides = sides_of(window, false);
  const Shape& shape = operation.output().shape();
  Scratch scratch(operation.scratch);
  const AverageBuffers buffers = take_row_major(scratch, sides, shape);
  find_divisors(plan, includes_pad(operation.node), buffers.divisors);
  const T* source = elements<T>(operation.input(0));
  T* target = mutable_elements<T>(operation.output());
  const int64_t count = plan.output_count;
  const auto body = [&](int64_t range, int64_t begin, int64_t end) {
    double* sums = buffers.sums + range * count;
    for (int64_t channel = begin; channel < end; ++channel) {
      const T* from = source + channel * plan.input_count;
      std::fill_n(sums, count, 0.0);
      for_each_pool_row(sides, [&](int64_t first, int64_t offset, int64_t length) {
        add_row(from + first, sides.strides.back(), sums + offset, length);
      });
      T* to = target + channel * count;
      for (int64_t i = 0; i < count; ++i) to[i] = static_cast<T>(sums[i] / buffers.divisors[i]);
    }
  };
  parallel_ranges(shape.count(0, 2), count * sides.useful_taps(), body);
}

// Calls visit(pixel) for the input pixels under one window of two axes, in row-major order.
template <typename Visit>
void visit_pixels(const PoolPlan& plan, int64_t row, int64_t column, const Visit& visit) {
  const Taps& down = plan.taps[0][static_cast<size_t>(row)];
  const Taps& across = plan.taps[1][static_cast<size_t>(column)];
  for (int64_t i = 0; i < down.count; ++i) {
    const int64_t line = (down.first + i * plan.dilations[0]) * plan.strides[0];
    for (int64_t k = 0; k < across.count; ++k) visit(line + across.first + k * plan.dilations[1]);
  }
}

// Element operations of one row of pixels of an N x H x W x C result.
int64_t row_work(const Shape& shape, int64_t taps) {
  return shape[2] * shape[3] * taps;
}

// Calls body(range, image, row, column, result) for all pixels of an N x H x W x C result.
template <typename Body>
void for_each_pixel(Tensor& output, int64_t taps, const Body& body) {
  const Shape& shape = output.shape();
  const int64_t rows = shape[1], columns = shape[2], channels = shape[3];
  float* target = mutable_elements<float>(output);
  const auto run_rows = [=, &body](int64_t range, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t column = 0; column < columns; ++column)
        body(range, row / rows, row % rows, column, target + (row * columns + column) * channels);
  };
  parallel_ranges(shape[0] * rows, row_work(shape, taps), run_rows);
}

void maximum_pool_last(const Tensor& input, Tensor& output, const PoolPlan& plan, int64_t taps) {
  const int64_t channels = output.shape()[3];
  const float* source = elements<float>(input);
  for_each_pixel(output, taps,
                 [&](int64_t, int64_t image, int64_t row, int64_t column, float* target) {
                   const float* from = source + image * plan.input_count * channels;
                   std::fill_n(target, channels, lowest<float>());
                   visit_pixels(plan, row, column, [&](int64_t pixel) {
                     raise_row(from + pixel * channels, 1, target, channels);
                   });
                 });
}

AverageBuffers take_channels_last(Scratch& scratch, const Shape& output, int64_t taps) {
  const int64_t ranges = range_count(output[0] * output[1], row_work(output, taps));
  return take_buffers(scratch, output[1] * output[2], ranges, output[3]);
}

void average_pool_last(const Operation& operation, const PoolPlan& plan, int64_t taps) {
  Tensor& output = operation.output();
  const int64_t channels = output.shape()[3], columns = output.shape()[2];
  Scratch scratch(operation.scratch);
  const AverageBuffers buffers = take_channels_last(scratch, output.shape(), taps);
  find_divisors(plan, includes_pad(operation.node), buffers.divisors);
  const float* source = elements<float>(operation.input(0));
  for_each_pixel(output, taps,
                 [&](int64_t range, int64_t image, int64_t row, int64_t column, float* target) {
                   double* sums = buffers.sums + range * channels;
                   std::fill_n(sums, channels, 0.0);
                   visit_pixels(plan, row, column, [&](int64_t pixel) {
                     const float* from = source + (image * plan.input_count + pixel) * channels;
                     add_row(from, 1, sums, channels);
                   });
                   const double divisor = buffers.divisors[row * columns + column];
                   for (int64_t c = 0; c < channels; ++c)
                     target[c] = static_cast<float>(sums[c] / divisor);
                 });
}

// Row-major, as perception's rules want it.
Shape channels_second(const Shape& last) {
  return Shape({last[0], last[3], last[1], last[2]});
}

int64_t most_taps(const Window& window) {
  int64_t taps = 1;
  for (const WindowAxis& axis : window.axes) taps *= std::min(axis.kernel, axis.input);
  return taps;
}

}  // namespace

Result<uint64_t> pool_scratch_bytes(const Prospect& prospect) {
  const Shape& input = prospect.operands[0].info.shape;
  const Window window = GN_TRY(perception::pool_window(prospect.node.attributes, input));
  Scratch scratch;
  take_row_major(scratch, sides_of(window, false), prospect.results[0].shape);
  return scratch.used_bytes();
}

Result<uint64_t> pool_channels_last_scratch_bytes(const Prospect& prospect) {
  const Shape input = channels_second(prospect.operands[0].info.shape);
  const Window window = GN_TRY(perception::pool_window(prospect.node.attributes, input));
  Scratch scratch;
  if (prospect.node.op == perception::Operator::kAveragePool)
    take_channels_last(scratch, prospect.results[0].shape, most_taps(window));
  return scratch.used_bytes();
}

Result<void> run_pool_channels_last(const Operation& operation) {
  const Window window = GN_TRY(perception::pool_window(
      operation.node.attributes, channels_second(operation.input(0).shape())));
  const PoolPlan plan = plan_pool(window);
  if (operation.node.op == perception::Operator::kAveragePool)
    average_pool_last(operation, plan, most_taps(window));
  else
    maximum_pool_last(operation.input(0), operation.output(), plan, most_taps(window));
  return {};
}

Result<void> run_pool(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const Window window = GN_TRY(perception::pool_window(operation.node.attributes, input.shape()));
  if (!operation.has_output(0)) return invalid("output 0 is left out: a pool needs it");
  if (operation.node.op == perception::Operator::kAveragePool)
    return dispatch_floating(input.type(),
                             [&]<typename T>() { average_pool<T>(operation, window); });
  return dispatch_among<float, double, _Float16, int8_t, uint8_t>(
      input.type(), [&]<typename T>() { maximum_pool<T>(operation, window); });
}

}  // namespace geoneuron::engine::cpu
