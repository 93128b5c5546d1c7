// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/convolution_weights.hpp"

#include <algorithm>

#include "engine/vulkan/operators/movement.hpp"

namespace geoneuron::engine::vulkan {
namespace {

// Strides of the source by group, output channel within the group, input channel.
struct SourceStrides {
  int64_t group, output, input;
};

SourceStrides source_strides(const WeightLayout& layout) {
  const int64_t k = layout.kernel;
  if (layout.transposed)
    return {layout.input_channels * layout.output_channels * k, k, layout.output_channels * k};
  return {layout.output_channels * layout.input_channels * k, layout.input_channels * k, k};
}

// `packed` has packed_count() elements.
void pack_on_host(std::span<const float> weights, const WeightLayout& layout, float* packed) {
  const SourceStrides strides = source_strides(layout);
  std::fill_n(packed, layout.packed_count(), 0.0f);
  for (int64_t g = 0; g < layout.groups; ++g)
    for (int64_t m = 0; m < layout.output_channels; ++m)
      for (int64_t ci = 0; ci < layout.input_channels; ++ci)
        for (int64_t k = 0; k < layout.kernel; ++k) {
          const int64_t block = g * layout.blocks() + m / layout.block;
          const int64_t to =
              ((block * layout.input_channels + ci) * layout.kernel + k) * layout.block +
              m % layout.block;
          const int64_t from = g * strides.group + m * strides.output + ci * strides.input + k;
          packed[to] = weights[static_cast<size_t>(from)];
        }
}

// Output channels [first, first + channels) of every block from `block` to the one before `end`.
Result<void> move_blocks(Recorder& recorder, const WeightLayout& layout, const Binding& from,
                         const Binding& to, int64_t block, int64_t end, int64_t channels) {
  const SourceStrides strides = source_strides(layout);
  const int64_t inner = layout.input_channels * layout.kernel * layout.block;
  Movement movement{.from = from, .to = to};
  movement.extents = {layout.groups, end - block, layout.input_channels, layout.kernel, channels};
  movement.from_strides = {strides.group, strides.output * layout.block, strides.input, 1,
                           strides.output};
  movement.to_strides = {layout.blocks() * inner, inner, layout.kernel * layout.block, layout.block,
                         1};
  movement.from_offset = block * layout.block * strides.output;
  movement.to_offset = block * inner;
  return record_movement(recorder, movement);
}

}  // namespace

Result<Binding> place_weights(Recorder& recorder, const DeviceTensor& weights,
                              const WeightLayout& layout) {
  const VkFormat texel = layout.block == 1 ? VK_FORMAT_R32_SFLOAT : VK_FORMAT_R32G32B32A32_SFLOAT;
  const auto bytes = static_cast<uint64_t>(layout.packed_count()) * sizeof(float);
  if (weights.constant != nullptr) {
    const auto write = [&](std::span<std::byte> to) {
      pack_on_host(weights.constant->values<float>(), layout, reinterpret_cast<float*>(to.data()));
    };
    return with_format(GN_TRY(recorder.upload(bytes, write)), texel);
  }
  const Binding packed = GN_TRY(recorder.scratch(bytes));
  const Binding from = GN_TRY(recorder.place(weights));
  recorder.fill(packed, 0);
  recorder.barrier();
  const int64_t full = layout.output_channels / layout.block;
  const int64_t rest = layout.output_channels % layout.block;
  if (full > 0) GN_TRY(move_blocks(recorder, layout, from, packed, 0, full, layout.block));
  if (rest > 0) GN_TRY(move_blocks(recorder, layout, from, packed, full, full + 1, rest));
  recorder.barrier();
  return with_format(packed, texel);
}

}  // namespace geoneuron::engine::vulkan
