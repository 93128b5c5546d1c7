// SPDX-License-Identifier: MIT
#include "views/neuron_edges.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::views {
namespace {

uint64_t saturating_add(uint64_t a, uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t count_edges(std::span<const WeightedTaps> nodes, EdgeLevel level) {
  uint64_t count = 0;
  for (const WeightedTaps& node : nodes)
    count = saturating_add(
        count, level == EdgeLevel::kUnit ? node.unit_edge_count() : node.channel_edge_count());
  return count;
}

Result<EdgeLevel> choose_level(std::span<const WeightedTaps> nodes,
                               std::optional<EdgeLevel> wanted) {
  const bool few = count_edges(nodes, EdgeLevel::kUnit) <= kMaximumAutoUnitEdges;
  const EdgeLevel level = wanted.value_or(few ? EdgeLevel::kUnit : EdgeLevel::kChannel);
  const uint64_t count = count_edges(nodes, level);
  if (count <= kMaximumEdges) return level;
  return make_error(
      EFBIG, "level=%s: has %llu edges; at most %llu can be drawn: %sselect fewer layers",
      level == EdgeLevel::kUnit ? "unit" : "channel", static_cast<unsigned long long>(count),
      static_cast<unsigned long long>(kMaximumEdges),
      level == EdgeLevel::kUnit ? "use level=channel or " : "");
}

void add(EdgeGroup& group, const DrawnEdge& edge) {
  ++group.total;
  if (std::isfinite(edge.positive) && std::isfinite(edge.negative))
    group.edges.push_back(edge);
  else
    ++group.not_finite;
}

EdgeGroup unit_edges(const WeightedTaps& node, std::span<const float> activations,
                     EdgeValue value) {
  EdgeGroup group;
  group.edges.reserve(node.unit_edge_count());
  node.for_each_unit_edge([&](const UnitEdge& edge) {
    const float amount = value == EdgeValue::kWeight ? std::abs(edge.weight)
                                                     : edge.weight * activations[edge.source];
    const bool is_negative = amount < 0;
    add(group, {edge.source, edge.target, is_negative ? 0 : amount, is_negative ? amount : 0});
  });
  return group;
}

EdgeGroup channel_edges(const WeightedTaps& node, std::span<const float> activations,
                        EdgeValue value) {
  EdgeGroup group;
  group.edges.reserve(node.channel_edge_count());
  const bool weighs = value == EdgeValue::kWeight;
  for (const ChannelEdge& edge :
       node.channel_edges(weighs ? std::span<const float>{} : activations))
    add(group, {edge.source, edge.target, static_cast<float>(weighs ? edge.weight : edge.positive),
                static_cast<float>(weighs ? 0.0 : edge.negative)});
  return group;
}

// Keeps the `top` largest edges over all groups, in their order.
void select_largest(std::vector<EdgeGroup>& groups, uint64_t top) {
  std::vector<float> magnitudes;
  for (const EdgeGroup& group : groups)
    for (const DrawnEdge& edge : group.edges) magnitudes.push_back(edge.magnitude());
  if (magnitudes.size() <= top) return;
  std::ranges::nth_element(magnitudes, magnitudes.begin() + static_cast<ptrdiff_t>(top),
                           std::greater<>());
  const float limit = magnitudes[top];  // the largest magnitude that is left out at least once
  const auto larger = static_cast<uint64_t>(
      std::count_if(magnitudes.begin(), magnitudes.end(), [=](float m) { return m > limit; }));
  uint64_t ties = top - larger;
  for (EdgeGroup& group : groups)
    std::erase_if(group.edges, [&](const DrawnEdge& edge) {
      if (edge.magnitude() > limit) return false;
      if (edge.magnitude() < limit || ties == 0) return true;
      --ties;
      return false;
    });
}

}  // namespace

Result<NeuronEdges> collect_edges(std::span<const WeightedTaps> nodes,
                                  std::span<const std::span<const float>> activations,
                                  const EdgeOptions& options) {
  NeuronEdges result;
  result.level = GN_TRY(choose_level(nodes, options.level));
  result.value = options.value;
  result.level_was_auto = !options.level;
  for (size_t i = 0; i < nodes.size(); ++i)
    result.groups.push_back(result.level == EdgeLevel::kUnit
                                ? unit_edges(nodes[i], activations[i], options.value)
                                : channel_edges(nodes[i], activations[i], options.value));
  if (options.top) select_largest(result.groups, *options.top);
  for (const EdgeGroup& group : result.groups) {
    result.total += group.total;
    result.not_finite += group.not_finite;
    result.drawn += group.edges.size();
  }
  return result;
}

}  // namespace geoneuron::views
