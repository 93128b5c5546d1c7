// SPDX-License-Identifier: MIT
// MaxPool (with indices) and AveragePool over windows of any rank. They run along rows, tap by tap,
// or along channels where those lie innermost, instead of through oneDNN, whose maximum loses NaN,
// knows no indices, and takes the digits 247 us row-major (ours: 62) or 30 us channels last (23).
#include "engine/cpu/pooling.hpp"

#include <limits>

#include "engine/cpu/parallel.hpp"
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
std::vector<double> divisors_of(const PoolPlan& plan, bool include_pad) {
  std::vector<double> result(static_cast<size_t>(plan.output_count));
  for_each_window(plan, [&](int64_t position, const std::vector<const Taps*>& at) {
    int64_t count = 1;
    for (const Taps* taps : at) count *= include_pad ? taps->padded : taps->count;
    result[static_cast<size_t>(position)] = static_cast<double>(std::max<int64_t>(count, 1));
  });
  return result;
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

template <typename T>
void average_pool(const Operation& operation, const Window& window) {
  const PoolPlan plan = plan_pool(window);
  const Sides sides = sides_of(window, false);
  const bool include_pad = operation.node.attributes.integer("count_include_pad", 0) != 0;
  const std::vector<double> divisors = divisors_of(plan, include_pad);
  const T* source = elements<T>(operation.input(0));
  T* target = mutable_elements<T>(operation.output());
  const int64_t work = plan.output_count * sides.useful_taps();
  parallel_for(operation.input(0).shape().count(0, 2), work, [&](int64_t begin, int64_t end) {
    std::vector<double> sums(divisors.size());
    for (int64_t channel = begin; channel < end; ++channel) {
      const T* from = source + channel * plan.input_count;
      std::fill(sums.begin(), sums.end(), 0.0);
      for_each_pool_row(sides, [&](int64_t first, int64_t offset, int64_t length) {
        add_row(from + first, sides.strides.back(), sums.data() + offset, length);
      });
      T* to = target + channel * plan.output_count;
      for (size_t i = 0; i < sums.size(); ++i) to[i] = static_cast<T>(sums[i] / divisors[i]);
    }
  });
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

// Calls body(image, row, column, result) for all pixels of an N x H x W x C result.
template <typename Body>
void for_each_pixel(Tensor& output, int64_t taps, const Body& body) {
  const Shape& shape = output.shape();
  const int64_t rows = shape[1], columns = shape[2], channels = shape[3];
  float* target = mutable_elements<float>(output);
  parallel_for(shape[0] * rows, columns * channels * taps, [=, &body](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t column = 0; column < columns; ++column)
        body(row / rows, row % rows, column, target + (row * columns + column) * channels);
  });
}

void maximum_pool_last(const Tensor& input, Tensor& output, const PoolPlan& plan, int64_t taps) {
  const int64_t channels = output.shape()[3];
  const float* source = elements<float>(input);
  for_each_pixel(output, taps, [&](int64_t image, int64_t row, int64_t column, float* target) {
    const float* from = source + image * plan.input_count * channels;
    std::fill_n(target, channels, lowest<float>());
    visit_pixels(plan, row, column,
                 [&](int64_t pixel) { raise_row(from + pixel * channels, 1, target, channels); });
  });
}

void average_pool_last(const Tensor& input, Tensor& output, const PoolPlan& plan, int64_t taps,
                       const std::vector<double>& divisors) {
  const int64_t channels = output.shape()[3], columns = output.shape()[2];
  const float* source = elements<float>(input);
  for_each_pixel(output, taps, [&](int64_t image, int64_t row, int64_t column, float* target) {
    thread_local std::vector<double> sums;
    sums.assign(static_cast<size_t>(channels), 0.0);
    visit_pixels(plan, row, column, [&](int64_t pixel) {
      const float* from = source + (image * plan.input_count + pixel) * channels;
      add_row(from, 1, sums.data(), channels);
    });
    const double divisor = divisors[static_cast<size_t>(row * columns + column)];
    for (int64_t c = 0; c < channels; ++c)
      target[c] = static_cast<float>(sums[static_cast<size_t>(c)] / divisor);
  });
}

}  // namespace

Result<void> run_pool_channels_last(const Operation& operation) {
  const Shape& last = operation.input(0).shape();
  const auto& attributes = operation.node.attributes;
  const Window window =
      GN_TRY(perception::pool_window(attributes, Shape({last[0], last[3], last[1], last[2]})));
  const PoolPlan plan = plan_pool(window);
  const int64_t taps = std::min(window.kernel_elements(), plan.input_count);
  if (operation.node.op == perception::Operator::kAveragePool)
    average_pool_last(operation.input(0), operation.output(), plan, taps,
                      divisors_of(plan, attributes.integer("count_include_pad", 0) != 0));
  else
    maximum_pool_last(operation.input(0), operation.output(), plan, taps);
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
