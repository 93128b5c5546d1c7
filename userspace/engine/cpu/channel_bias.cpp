// SPDX-License-Identifier: MIT
#include "engine/cpu/channel_bias.hpp"

#include "engine/cpu/float_loops.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {

void add_channel_bias(const Tensor& bias, Layout layout, Tensor& result) {
  const Shape& shape = result.shape();
  const int64_t channels = shape[1];
  const int64_t space = shape.count(2, shape.rank());
  const float* addends = elements<float>(bias);
  float* values = mutable_elements<float>(result);
  if (layout == Layout::kChannelsLast)
    return parallel_for(shape[0] * space, channels, [=](int64_t begin, int64_t end) {
      add_to_rows(values + begin * channels, addends, end - begin, channels);
    });
  const FloatLoop add = float_loop(perception::Operator::kAdd, FloatOperands::kOneB);
  parallel_for(shape[0] * channels, space, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      add(values + row * space, addends + row % channels, values + row * space, space);
  });
}

}  // namespace geoneuron::engine::cpu
