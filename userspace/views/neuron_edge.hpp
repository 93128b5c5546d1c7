// SPDX-License-Identifier: MIT
// Edges of the neuron graph: plain values.
#pragma once

#include <cstdint>
#include <functional>

namespace geoneuron::views {

// From element `source` of the source tensor to element `target` of the result (row-major).
struct UnitEdge {
  uint32_t source = 0, target = 0;
  float weight = 0;
};
using UnitEdgeSink = std::function<void(const UnitEdge&)>;

// From one channel or feature to another. `weight` is the sum over the taps of |w|; `positive` and
// `negative` are the flow's parts (0 where no activations were given).
struct ChannelEdge {
  uint32_t source = 0, target = 0;
  double weight = 0, positive = 0, negative = 0;
};

// Sums of the positive and of the negative inputs that a tap meets.
struct TapSums {
  double positive = 0, negative = 0;
  void add(float activation) { (activation > 0 ? positive : negative) += activation; }
};

// Adds what a tap of weight `weight` carries: the parts swap where the weight is negative.
inline void add_flow(ChannelEdge& edge, double weight, const TapSums& sums) {
  edge.positive += weight * (weight > 0 ? sums.positive : sums.negative);
  edge.negative += weight * (weight > 0 ? sums.negative : sums.positive);
}

}  // namespace geoneuron::views
