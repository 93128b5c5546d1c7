// SPDX-License-Identifier: MIT
// Conv and ConvTranspose by plain loops over windows of any rank, for the types and shapes that
// oneDNN does not compute.
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/scratch.hpp"
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

// How one Conv or ConvTranspose is computed.
struct Geometry {
  Channels channels;
  Sides sides;
  bool transposed = false;
  int64_t input_space = 1;
  int64_t space = 1;  // of the result
  int64_t taps = 1;

  int64_t group_inputs() const { return channels.inputs / channels.groups; }
  int64_t items() const { return channels.batch * channels.outputs; }
  int64_t work() const { return space * sides.useful_taps() * group_inputs(); }
};

Result<Geometry> geometry_of(const perception::Node& node, const Shape& input, const Shape& weights,
                             const Shape& output) {
  Geometry geometry;
  geometry.transposed = node.op == perception::Operator::kConvTranspose;
  const auto rule =
      geometry.transposed ? perception::transposed_window : perception::convolution_window;
  const Window window = GN_TRY(rule(node.attributes, input, weights));
  geometry.channels = {input[0], input[1], output[1], node.attributes.integer("group", 1)};
  geometry.sides = sides_of(window, geometry.transposed);
  geometry.input_space = input.count(2, input.rank());
  geometry.space = output.count(2, output.rank());
  geometry.taps = window.kernel_elements();
  return geometry;
}

// Sums of one image of the result for each range of items; none where they are taken in place.
template <typename T>
Compute<T>* take_sums(Scratch& scratch, const Geometry& geometry) {
  if constexpr (std::is_same_v<T, Compute<T>>)
    return nullptr;
  else
    return scratch.take<Compute<T>>(range_count(geometry.items(), geometry.work()) *
                                    geometry.space);
}

// One channel of one image of the result.
template <typename T>
void convolve_item(const Operation& operation, const Geometry& geometry, int64_t item,
                   Compute<T>* sums) {
  using C = Compute<T>;
  const Channels& channels = geometry.channels;
  const int64_t output = item % channels.outputs;
  const int64_t group = output / (channels.outputs / channels.groups);
  const T* bias = operation.has_input(2) ? elements<T>(operation.input(2)) : nullptr;
  std::fill_n(sums, geometry.space, bias == nullptr ? C{0} : static_cast<C>(bias[output]));
  const int64_t inputs = geometry.group_inputs();
  for (int64_t i = group * inputs; i < (group + 1) * inputs; ++i)
    add_channel(geometry.sides, geometry.transposed,
                elements<T>(operation.input(0)) +
                    (item / channels.outputs * channels.inputs + i) * geometry.input_space,
                elements<T>(operation.input(1)) +
                    weight_index(channels, geometry.transposed, i, output) * geometry.taps,
                sums);
}

template <typename T>
void convolve(const Operation& operation, const Geometry& geometry) {
  using C = Compute<T>;
  Scratch scratch(operation.scratch);
  C* const buffers = take_sums<T>(scratch, geometry);
  const int64_t space = geometry.space;
  T* const result = mutable_elements<T>(operation.output());
  parallel_ranges(geometry.items(), geometry.work(),
                  [&](int64_t range, int64_t begin, int64_t end) {
                    for (int64_t item = begin; item < end; ++item) {
                      T* target = result + item * space;
                      if constexpr (std::is_same_v<T, C>) {
                        convolve_item<T>(operation, geometry, item, target);
                      } else {
                        C* sums = buffers + range * space;
                        convolve_item<T>(operation, geometry, item, sums);
                        for (int64_t i = 0; i < space; ++i) target[i] = static_cast<T>(sums[i]);
                      }
                    }
                  });
}

}  // namespace

Result<uint64_t> convolution_scratch_bytes(const Prospect& prospect) {
  Scratch scratch;
  if (prospect.results[0].element_count() == 0) return scratch.used_bytes();
  const Geometry geometry =
      GN_TRY(geometry_of(prospect.node, prospect.operands[0].info.shape,
                         prospect.operands[1].info.shape, prospect.results[0].shape));
  GN_TRY(dispatch_floating(prospect.results[0].type,
                           [&]<typename T>() { take_sums<T>(scratch, geometry); }));
  return scratch.used_bytes();
}

Result<void> run_convolution(const Operation& operation) {
  if (operation.output().element_count() == 0) return {};
  const Geometry geometry =
      GN_TRY(geometry_of(operation.node, operation.input(0).shape(), operation.input(1).shape(),
                         operation.output().shape()));
  return dispatch_floating(operation.input(0).type(),
                           [&]<typename T>() { convolve<T>(operation, geometry); });
}

}  // namespace geoneuron::engine::cpu
