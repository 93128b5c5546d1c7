// SPDX-License-Identifier: MIT
// Conv and ConvTranspose by plain loops over windows of any rank, for the types and shapes that
// oneDNN does not compute.
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/window_rows.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Window;

// sums[spread or dense] += weight * source[dense or spread], for one pair of channels.
template <typename T>
void add_channel(const Sides& sides, bool transposed, const T* source, const T* weights,
                 Compute<T>* sums) {
  using C = Compute<T>;
  const int64_t stride = sides.strides.back();
  for_each_tap(sides, [&](int64_t tap, const std::vector<const Span*>& spans) {
    const C weight = static_cast<C>(weights[tap]);
    for_each_row(sides, spans, 0, 0, 0, [&](int64_t dense, int64_t spread, int64_t length) {
      if (transposed)
        for (int64_t i = 0; i < length; ++i)
          sums[spread + i * stride] += weight * static_cast<C>(source[dense + i]);
      else
        for (int64_t i = 0; i < length; ++i)
          sums[dense + i] += weight * static_cast<C>(source[spread + i * stride]);
    });
  });
}

struct Channels {
  int64_t batch = 0;
  int64_t inputs = 0;  // of all groups
  int64_t outputs = 0;
  int64_t groups = 1;
};

// Where the weights of a pair (input channel, output channel) of one group begin, in kernels:
// M x C/group for Conv, C x M/group for ConvTranspose.
int64_t weight_index(const Channels& c, bool transposed, int64_t input, int64_t output) {
  if (transposed) return input * (c.outputs / c.groups) + output % (c.outputs / c.groups);
  return output * (c.inputs / c.groups) + input % (c.inputs / c.groups);
}

template <typename T>
void convolve(const Operation& operation, const Window& window, bool transposed,
              const Channels& channels) {
  using C = Compute<T>;
  const Sides sides = sides_of(window, transposed);
  const Tensor& input = operation.input(0);
  const int64_t input_space = input.shape().count(2, input.shape().rank());
  const Shape& shape = operation.output().shape();
  const int64_t space = shape.count(2, shape.rank());
  const int64_t taps = window.kernel_elements();
  const int64_t group_inputs = channels.inputs / channels.groups;
  const T* bias = operation.has_input(2) ? elements<T>(operation.input(2)) : nullptr;
  const int64_t work = space * sides.useful_taps() * group_inputs;
  parallel_for(channels.batch * channels.outputs, work, [&](int64_t begin, int64_t end) {
    std::vector<C> sums(static_cast<size_t>(space));
    for (int64_t item = begin; item < end; ++item) {
      const int64_t output = item % channels.outputs;
      const int64_t group = output / (channels.outputs / channels.groups);
      std::fill(sums.begin(), sums.end(), bias == nullptr ? C{0} : static_cast<C>(bias[output]));
      for (int64_t i = group * group_inputs; i < (group + 1) * group_inputs; ++i)
        add_channel(
            sides, transposed,
            elements<T>(input) + (item / channels.outputs * channels.inputs + i) * input_space,
            elements<T>(operation.input(1)) + weight_index(channels, transposed, i, output) * taps,
            sums.data());
      T* target = mutable_elements<T>(operation.output()) + item * space;
      for (int64_t i = 0; i < space; ++i) target[i] = static_cast<T>(sums[static_cast<size_t>(i)]);
    }
  });
}

Result<void> run(const Operation& operation, const Window& window, bool transposed) {
  const Shape& input = operation.input(0).shape();
  const Shape& output = operation.output().shape();
  if (output.element_count() == 0) return {};
  Channels channels;
  channels.batch = input[0];
  channels.inputs = input[1];
  channels.outputs = output[1];
  channels.groups = operation.node.attributes.integer("group", 1);
  return dispatch_floating(operation.input(0).type(), [&]<typename T>() {
    convolve<T>(operation, window, transposed, channels);
  });
}

}  // namespace

Result<void> run_convolution(const Operation& operation) {
  const Window window = GN_TRY(perception::convolution_window(
      operation.node.attributes, operation.input(0).shape(), operation.input(1).shape()));
  return run(operation, window, false);
}

Result<void> run_transposed_convolution(const Operation& operation) {
  const Window window = GN_TRY(perception::transposed_window(
      operation.node.attributes, operation.input(0).shape(), operation.input(1).shape()));
  return run(operation, window, true);
}

}  // namespace geoneuron::engine::cpu
