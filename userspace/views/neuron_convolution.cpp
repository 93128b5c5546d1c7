// SPDX-License-Identifier: MIT
#include "views/neuron_convolution.hpp"

#include <cmath>

#include "perception/window.hpp"

namespace geoneuron::views {
namespace {

using perception::Operator;
using perception::Shape;
using perception::Window;
using perception::WindowAxis;

Result<void> check_channels(const Shape& source, const Shape& weights, int64_t groups,
                            bool transposed) {
  const int64_t expected = transposed ? weights[0] : weights[1] * groups;
  const int64_t divided = weights[0];
  if (groups < 1 || divided % groups != 0)
    return invalid("group %lld: must be positive and divide the weights' %lld",
                   static_cast<long long>(groups), static_cast<long long>(divided));
  if (source[1] != expected)
    return invalid("source %s: must have the weights' %lld channels", source.to_string().c_str(),
                   static_cast<long long>(expected));
  return {};
}

// Calls `tap(walked, tap, found)` for each tap that lies within. Conv walks outputs and finds
// inputs; ConvTranspose walks inputs and finds outputs.
template <typename Tap>
void visit_taps(const WindowAxis& axis, bool transposed, const Tap& tap) {
  const int64_t walked_count = transposed ? axis.input : axis.output;
  const int64_t found_count = transposed ? axis.output : axis.input;
  for (int64_t walked = 0; walked < walked_count; ++walked)
    for (int64_t i = 0; i < axis.kernel; ++i) {
      const int64_t found = walked * axis.stride - axis.pad_begin + i * axis.dilation;
      if (found < 0 || found >= found_count) continue;
      tap(static_cast<uint32_t>(walked), static_cast<uint32_t>(i), static_cast<uint32_t>(found));
    }
}

}  // namespace

Result<ConvolutionTaps> ConvolutionTaps::create(const perception::Node& node, const Shape& source,
                                                const Shape& weights) {
  ConvolutionTaps taps;
  taps.transposed_ = node.op == Operator::kConvTranspose;
  const Window window =
      GN_TRY(taps.transposed_ ? transposed_window(node.attributes, source, weights)
                              : convolution_window(node.attributes, source, weights));
  if (window.axes.size() > 3)
    return make_error(ENOTSUP, "%zu spatial axes: at most 3 can be drawn", window.axes.size());
  const int64_t groups = node.attributes.integer("group", 1);
  GN_TRY(check_channels(source, weights, groups, taps.transposed_));
  taps.spatial_rank_ = window.axes.size();
  taps.batch_ = static_cast<uint32_t>(source[0]);
  taps.groups_ = static_cast<uint32_t>(groups);
  taps.inputs_ = static_cast<uint32_t>(source[1] / groups);
  taps.outputs_ = static_cast<uint32_t>(taps.transposed_ ? weights[1] : weights[0] / groups);
  for (size_t i = 0; i < window.axes.size(); ++i) {
    const WindowAxis& from = window.axes[i];
    Axis& axis = taps.axes_[3 - window.axes.size() + i];
    axis = {{},
            static_cast<uint32_t>(from.output),
            static_cast<uint32_t>(from.kernel),
            static_cast<uint32_t>(from.input)};
    visit_taps(from, taps.transposed_, [&](uint32_t walked, uint32_t tap, uint32_t found) {
      if (taps.transposed_) std::swap(walked, found);
      axis.taps.push_back({walked, tap, found});
    });
  }
  return taps;
}

Shape ConvolutionTaps::target_shape() const {
  std::vector<int64_t> extents{batch_, int64_t{groups_} * outputs_};
  for (size_t i = 3 - spatial_rank_; i < 3; ++i) extents.push_back(axes_[i].output);
  return Shape(extents);
}

uint64_t ConvolutionTaps::unit_edge_count() const {
  uint64_t count = uint64_t{batch_} * channel_edge_count();
  for (const Axis& axis : axes_) count *= axis.taps.size();
  return count;
}

size_t ConvolutionTaps::kernel_elements() const {
  return size_t{axes_[0].kernel} * axes_[1].kernel * axes_[2].kernel;
}
size_t ConvolutionTaps::source_elements() const {
  return size_t{axes_[0].input} * axes_[1].input * axes_[2].input;
}
size_t ConvolutionTaps::target_elements() const {
  return size_t{axes_[0].output} * axes_[1].output * axes_[2].output;
}

size_t ConvolutionTaps::weight_index(uint32_t group, uint32_t output, uint32_t input) const {
  if (transposed_) return (size_t{group} * inputs_ + input) * outputs_ + output;
  return (size_t{group} * outputs_ + output) * inputs_ + input;
}

// Calls visit(output, tap, input) with flat spatial positions.
template <typename Visit>
void ConvolutionTaps::for_each_tap(Visit visit) const {
  const auto flat = [this](uint32_t Axis::*extent, uint32_t z, uint32_t y, uint32_t x) {
    return (size_t{z} * axes_[1].*extent + y) * axes_[2].*extent + x;
  };
  for (const AxisTap& z : axes_[0].taps)
    for (const AxisTap& y : axes_[1].taps)
      for (const AxisTap& x : axes_[2].taps)
        visit(flat(&Axis::output, z.output, y.output, x.output),
              flat(&Axis::kernel, z.tap, y.tap, x.tap),
              flat(&Axis::input, z.input, y.input, x.input));
}

void ConvolutionTaps::for_each_unit_edge(std::span<const float> weights,
                                         const UnitEdgeSink& sink) const {
  const size_t kernel = kernel_elements(), source = source_elements(), target = target_elements();
  for (uint32_t n = 0; n < batch_; ++n)
    for (uint32_t g = 0; g < groups_; ++g)
      for (uint32_t o = 0; o < outputs_; ++o)
        for (uint32_t c = 0; c < inputs_; ++c) {
          const size_t plane_in = ((size_t{n} * groups_ + g) * inputs_ + c) * source;
          const size_t plane_out = ((size_t{n} * groups_ + g) * outputs_ + o) * target;
          const size_t weight = weight_index(g, o, c) * kernel;
          for_each_tap([&](size_t output, size_t tap, size_t input) {
            sink({static_cast<uint32_t>(plane_in + input),
                  static_cast<uint32_t>(plane_out + output), weights[weight + tap]});
          });
        }
}

// By channel and tap, summed over the batch.
std::vector<TapSums> ConvolutionTaps::tap_sums(std::span<const float> activations) const {
  const size_t channels = size_t{groups_} * inputs_, kernel = kernel_elements();
  std::vector<TapSums> sums(channels * kernel);
  if (activations.empty()) return sums;
  for (uint32_t n = 0; n < batch_; ++n)
    for (size_t c = 0; c < channels; ++c) {
      const float* plane = activations.data() + (n * channels + c) * source_elements();
      for_each_tap(
          [&](size_t, size_t tap, size_t input) { sums[c * kernel + tap].add(plane[input]); });
    }
  return sums;
}

std::vector<ChannelEdge> ConvolutionTaps::channel_edges(std::span<const float> weights,
                                                        std::span<const float> activations) const {
  const std::vector<TapSums> sums = tap_sums(activations);
  const size_t kernel = kernel_elements();
  std::vector<ChannelEdge> edges;
  edges.reserve(channel_edge_count());
  for (uint32_t g = 0; g < groups_; ++g)
    for (uint32_t o = 0; o < outputs_; ++o)
      for (uint32_t c = 0; c < inputs_; ++c) {
        ChannelEdge edge{g * inputs_ + c, g * outputs_ + o};
        for (size_t tap = 0; tap < kernel; ++tap) {
          const double weight = weights[weight_index(g, o, c) * kernel + tap];
          edge.weight += std::abs(weight);
          add_flow(edge, weight, sums[edge.source * kernel + tap]);
        }
        edges.push_back(edge);
      }
  return edges;
}

}  // namespace geoneuron::views
