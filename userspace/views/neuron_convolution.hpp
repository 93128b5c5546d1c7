// SPDX-License-Identifier: MIT
// ConvolutionTaps: which element of its source a Conv or ConvTranspose reads through which weight.
// A plain value; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"
#include "perception/shape.hpp"
#include "views/neuron_edge.hpp"

namespace geoneuron::views {

class ConvolutionTaps {
 public:
  // Conv: `weights` = M x C/group x spatial; ConvTranspose: C x M/group x spatial. EINVAL where
  // shapes or attributes do not fit together, ENOTSUP for more than three spatial axes.
  static Result<ConvolutionTaps> create(const perception::Node& node,
                                        const perception::Shape& source,
                                        const perception::Shape& weights);

  perception::Shape target_shape() const;
  uint64_t unit_edge_count() const;
  uint64_t channel_edge_count() const { return uint64_t{groups_} * inputs_ * outputs_; }
  // `weights` and `activations` are the elements; an empty `activations` gives no flow.
  void for_each_unit_edge(std::span<const float> weights, const UnitEdgeSink& sink) const;
  std::vector<ChannelEdge> channel_edges(std::span<const float> weights,
                                         std::span<const float> activations) const;

 private:
  // One way through one spatial axis: a tap that lies inside both tensors.
  struct AxisTap {
    uint32_t output = 0, tap = 0, input = 0;
  };
  struct Axis {
    std::vector<AxisTap> taps{{0, 0, 0}};
    uint32_t output = 1, kernel = 1, input = 1;
  };

  template <typename Visit>
  void for_each_tap(Visit visit) const;
  std::vector<TapSums> tap_sums(std::span<const float> activations) const;
  size_t weight_index(uint32_t group, uint32_t output, uint32_t input) const;
  size_t kernel_elements() const;
  size_t source_elements() const;
  size_t target_elements() const;

  std::array<Axis, 3> axes_;  // the last ones are used; unused ones hold one tap
  size_t spatial_rank_ = 0;
  uint32_t batch_ = 1, groups_ = 1;
  uint32_t inputs_ = 1, outputs_ = 1;  // channels per group
  bool transposed_ = false;            // weights are input-major
};

}  // namespace geoneuron::views
