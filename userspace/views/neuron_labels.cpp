// SPDX-License-Identifier: MIT
#include "views/neuron_labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "views/neuron_nodes.hpp"

namespace geoneuron::views {
namespace {

std::string short_number(float value) {
  if (value >= 1000 && value < 1e9f)
    return grouped_digits(static_cast<uint64_t>(std::lround(value)));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", static_cast<double>(value));
  return text.data();
}

std::string edge_count(uint64_t drawn, uint64_t not_finite, uint64_t total) {
  std::string text;
  if (drawn + not_finite < total) text.append(grouped_digits(drawn)).append(" of ");
  return text.append(grouped_digits(total)).append(total == 1 ? " edge" : " edges");
}

// A name that leaves room for others; never cut inside a UTF-8 character.
std::string short_name(const std::string& name) {
  constexpr size_t kLongest = 60;
  if (name.size() <= kLongest) return name;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end) + "…";
}

}  // namespace

std::string grouped_digits(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string shape_caption(const perception::Shape& shape) {
  std::string text;
  for (size_t i = shape.rank() > 1 && shape[0] == 1 ? 1 : 0; i < shape.rank(); ++i)
    text.append(text.empty() ? "" : "×").append(std::to_string(shape[i]));
  return text.empty() ? "scalar" : text;
}

std::string value_caption(const NeuronEdges& edges) {
  const bool unit = edges.level == EdgeLevel::kUnit;
  if (edges.value == EdgeValue::kWeight) return unit ? "|w|" : "Σ|w|";
  return unit ? "|w·a|" : "|Σw·a|";
}

std::vector<std::string> column_caption(const SceneColumn& column) {
  const auto is_finite = [](float value) { return std::isfinite(value); };
  const bool has_limit = std::ranges::any_of(column.values, is_finite);
  return {column.name, shape_caption(column.shape),
          has_limit ? "|a| ≤ " + short_number(finite_limit(column.values)) : "no finite value"};
}

std::vector<std::string> operator_caption(const std::string& name, const EdgeGroup& group,
                                          const NeuronEdges& edges, float limit) {
  const std::string count = edge_count(group.edges.size(), group.not_finite, group.total);
  if (group.edges.empty() && group.not_finite > 0) return {name, count, "none finite"};
  if (group.edges.empty()) return {name, count};
  return {name, count, value_caption(edges) + " ≤ " + short_number(limit)};
}

std::string edge_legend(const NeuronEdges& edges) {
  std::string text = edge_count(edges.drawn, edges.not_finite, edges.total);
  if (edges.drawn + edges.not_finite < edges.total) text += ", the largest";
  if (edges.not_finite > 0)
    text += "; " + grouped_digits(edges.not_finite) + " with NaN or infinity are not drawn";
  text += edges.level == EdgeLevel::kUnit
              ? "; level unit: one edge per output element and tap inside the input"
              : "; level channel: one edge per pair of channels or features, summed over taps";
  if (edges.level_was_auto)
    text += " (auto: unit up to " + grouped_digits(kMaximumAutoUnitEdges) + " edges, else channel)";
  return text;
}

uint32_t light_power(const NeuronEdges& edges) {
  constexpr uint64_t kMany = 100'000;
  return edges.level == EdgeLevel::kUnit || edges.drawn > kMany ? 3 : 2;
}

std::string light_legend(const NeuronEdges& edges) {
  if (edges.drawn == 0) return "";
  std::string text;
  if (edges.value == EdgeValue::kWeight)
    text = "Edge value: " + value_caption(edges) + ", the raw weights before any folding";
  else if (edges.level == EdgeLevel::kUnit)
    text = "Edge value: weight × activation, warm where positive, cool where negative";
  else
    text = "Edge value: weight × activation, summed; positive part warm, negative part cool";
  return text +
         ". Limits: each operator's own largest. Brightness: sums per pixel, equalised by "
         "each operator's histogram, " +
         (light_power(edges) == 3 ? "cubed." : "squared.");
}

std::string node_legend(const NeuronScene& scene, bool reduced) {
  const std::string what = scene.edges.level == EdgeLevel::kUnit
                               ? "Nodes: one per element, coloured by activation"
                               : "Nodes: one per channel or feature, coloured by mean activation";
  const bool has_special = std::ranges::any_of(scene.columns, [](const SceneColumn& column) {
    return !std::ranges::all_of(column.values, [](float value) { return std::isfinite(value); });
  });
  return what + "; limit of a column: its largest " + (has_special ? "finite " : "") +
         "|a|; dark is 0. " +
         (reduced ? "In maps larger than their place, each pixel shows the largest |a| that it "
                    "covers. "
                  : "") +
         "Thin grey links (pooling, reshape, "
         "concat, add) have no weights and are not counted.";
}

std::string passed_over_legend(const NeuronScene& scene) {
  constexpr size_t kNamed = 5;
  const size_t count = scene.passed_over.size();
  if (count == 0) return "";
  std::string text = "Selected, but computed by no operator with weights, so that no edges end in ";
  text += count == 1 ? "it: " : "them: ";
  for (size_t i = 0; i < std::min(count, kNamed); ++i)
    text.append(i == 0 ? "" : ", ").append(short_name(scene.passed_over[i]));
  if (count > kNamed) text += " and " + std::to_string(count - kNamed) + " more";
  return text + ".";
}

}  // namespace geoneuron::views
