// SPDX-License-Identifier: MIT
// The edges that a neuron graph draws: level, value and selection. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "views/neuron_taps.hpp"

namespace geoneuron::views {

// With level auto a picture shows units up to this many edges, else channels.
inline constexpr uint64_t kMaximumAutoUnitEdges = 4'194'304;
// More edges than this are refused, at either level.
inline constexpr uint64_t kMaximumEdges = 16'777'216;

enum class EdgeLevel : uint8_t { kUnit, kChannel };
// kWeight: |w|, summed over taps at channel level. kFlow: w * activation.
enum class EdgeValue : uint8_t { kWeight, kFlow };

struct EdgeOptions {
  std::optional<EdgeLevel> level;  // none = auto
  EdgeValue value = EdgeValue::kFlow;
  std::optional<uint64_t> top;  // draw only so many, the largest |positive| + |negative|
};

// `source` and `target` are elements, or channels or features at channel level.
struct DrawnEdge {
  uint32_t source = 0, target = 0;
  float positive = 0, negative = 0;  // positive >= 0 >= negative
  float magnitude() const { return positive - negative; }
};

// Those of one weighted node.
struct EdgeGroup {
  std::vector<DrawnEdge> edges;  // in the order of WeightedTaps
  uint64_t total = 0;            // before selection
  uint64_t not_finite = 0;       // NaN or infinite: counted, never drawn
};

struct NeuronEdges {
  EdgeLevel level = EdgeLevel::kUnit;
  EdgeValue value = EdgeValue::kFlow;
  bool level_was_auto = false;
  std::vector<EdgeGroup> groups;  // one per weighted node
  uint64_t total = 0, drawn = 0, not_finite = 0;
};

// `activations` are the elements of each node's source. EFBIG where there are more than
// kMaximumEdges, with their number. Ties of `top` go to the earlier edge.
Result<NeuronEdges> collect_edges(std::span<const WeightedTaps> nodes,
                                  std::span<const std::span<const float>> activations,
                                  const EdgeOptions& options);

}  // namespace geoneuron::views
