// SPDX-License-Identifier: MIT
#include "views/colouring.hpp"

#include <algorithm>

#include "views/colour_map.hpp"
#include "views/page.hpp"

namespace geoneuron::views {
namespace {

// The names of what nodes produce, but for Shape's integers, in order.
std::vector<std::string> produced_names(const perception::Graph& graph) {
  std::vector<std::string> names;
  for (const perception::Node& node : graph.nodes) {
    if (node.op == perception::Operator::kShape) continue;
    for (const perception::ValueId id : node.outputs) {
      if (id == perception::kNoValue) continue;
      const perception::DataType type = graph.at(id).declared.type;
      if (type == perception::DataType::kUndefined || perception::is_floating(type))
        names.push_back(graph.at(id).name);
    }
  }
  return names;
}

// The elements of all tensors that count as the model's, one after the other.
struct ModelValues {
  std::vector<float> elements;
  size_t tensors = 0;
};

Result<ModelValues> model_values(const ViewRequest& request) {
  std::vector<std::string> names;
  if (request.graph != nullptr) {
    names = produced_names(*request.graph);
  } else {
    for (const auto& [name, tensor] : request.tensors) names.push_back(name);
  }
  ModelValues values;
  for (const std::string& name : names) {
    const auto found = request.tensors.find(name);
    if (found != request.tensors.end() && found->second.is_defined() &&
        !perception::is_floating(found->second.type()))
      continue;
    const perception::Tensor tensor = GN_TRY(float32_tensor(request, name));
    const auto elements = tensor.values<float>();
    values.elements.insert(values.elements.end(), elements.begin(), elements.end());
    ++values.tensors;
  }
  return values;
}

// In which range the limits of the maps lie.
std::string per_map_sentence(std::span<const Limits> limits) {
  const auto lower = [](const Limits& a, const Limits& b) { return a.low < b.low; };
  const auto higher = [](const Limits& a, const Limits& b) { return a.high < b.high; };
  const auto [low, low_end] = std::minmax_element(limits.begin(), limits.end(), lower);
  const auto [high, high_end] = std::minmax_element(limits.begin(), limits.end(), higher);
  return " Low from " + short_number(low->low) + " to " + short_number(low_end->low) +
         ", high from " + short_number(high->high) + " to " + short_number(high_end->high) + ".";
}

KeyStatistics summed(std::span<const KeyStatistics> all) {
  KeyStatistics sum;
  for (const KeyStatistics& one : all) {
    sum.finite += one.finite;
    sum.nan += one.nan;
    sum.positive_infinity += one.positive_infinity;
    sum.negative_infinity += one.negative_infinity;
  }
  return sum;
}

struct Choice {
  std::vector<Limits> limits;
  std::string sentence;
};

Result<Choice> choose_limits(PixelDevice& device, const ViewRequest& request,
                             const NormalisationChoice& choice, const LayerMaps& layer,
                             const PaintedMaps& painted) {
  if (choice.method == NormalisationMethod::kFixed) {
    const ElementRange nothing{};
    return Choice{GN_TRY(limits_of(device, {}, {&nothing, 1}, choice)), choice.sentence("")};
  }
  if (choice.scope == NormalisationScope::kMap) {
    auto limits = GN_TRY(limits_of(device, painted.elements, painted.maps, choice));
    std::string sentence = limits.size() == 1
                               ? choice.sentence("this map")
                               : choice.sentence("each map") + per_map_sentence(limits);
    return Choice{std::move(limits), std::move(sentence)};
  }
  if (choice.scope == NormalisationScope::kLayer) {
    const ElementRange range = layer.layer_range();
    return Choice{GN_TRY(limits_of(device, layer.elements(), {&range, 1}, choice)),
                  choice.sentence("the layer (" + layer.maps_text() + ")")};
  }
  const ModelValues values = GN_TRY(model_values(request));
  const ElementRange range{0, values.elements.size()};
  return Choice{GN_TRY(limits_of(device, values.elements, {&range, 1}, choice)),
                choice.sentence("the model (" + std::to_string(values.tensors) +
                                (values.tensors == 1 ? " tensor, " : " tensors, ") +
                                std::to_string(values.elements.size()) + " values)")};
}

}  // namespace

Result<Colouring> Colouring::choose(PixelDevice& device, const ViewRequest& request,
                                    const ViewParameters& parameters, const LayerMaps& layer,
                                    const PaintedMaps& painted) {
  Colouring result;
  result.palette = GN_TRY(palette_named(parameters.text("colormap")));
  const NormalisationChoice choice = GN_TRY(NormalisationChoice::from(parameters));
  Choice chosen = GN_TRY(choose_limits(device, request, choice, layer, painted));
  for (const Limits& limits : chosen.limits) result.normalisations.push_back(thresholds_of(limits));
  const auto statistics = GN_TRY(device.statistics(painted.elements, painted.maps));
  result.legend.palette = result.palette;
  result.legend.limits = std::move(chosen.limits);
  // Colours are symmetric about 0 for the diverging map, but nobody asked for values beyond these.
  if (choice.method == NormalisationMethod::kFixed)
    result.legend.part = Limits{static_cast<float>(choice.low), static_cast<float>(choice.high)};
  result.legend.lines.push_back(std::move(chosen.sentence));
  result.legend.add_special(summed(statistics));
  return result;
}

std::vector<ViewParameter> colouring_parameters(const std::string& default_scope) {
  std::vector<ViewParameter> result{
      ViewParameter::choice("colormap", "viridis", colour_map_names(),
                            "colours; diverging is white at 0 and makes limits symmetric")};
  for (ViewParameter& parameter : normalisation_parameters(default_scope))
    result.push_back(std::move(parameter));
  return result;
}

void append_map_parameters(std::vector<ViewParameter>& parameters,
                           const std::string& default_scope) {
  for (ViewParameter& parameter : colouring_parameters(default_scope))
    parameters.push_back(std::move(parameter));
  parameters.push_back(
      ViewParameter::integer("sample", "0", 0, INT32_MAX, "index on the batch axis"));
  parameters.push_back(
      ViewParameter::integer("scale", "auto", 1, 64, "pixels per element, each way", {"auto"}));
  for (ViewParameter& parameter : page_parameters()) parameters.push_back(std::move(parameter));
}

Result<void> check_colouring(const ViewParameters& parameters) {
  GN_TRY(NormalisationChoice::from(parameters));
  return {};
}

Result<std::vector<std::string>> needs_of_scope(const perception::Graph& graph,
                                                std::span<const std::string> selected,
                                                const ViewParameters& parameters) {
  std::vector<std::string> names = GN_TRY(selected_without_constants(graph, selected));
  if (!parameters.is("scope", "model") || parameters.is("normalisation", "fixed")) return names;
  for (std::string& name : produced_names(graph))
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  return names;
}

}  // namespace geoneuron::views
