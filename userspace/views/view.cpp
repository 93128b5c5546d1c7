// SPDX-License-Identifier: MIT
#include "views/view.hpp"

#include "base/nearest_names.hpp"
#include "base/text.hpp"
#include "views/activation_map.hpp"
#include "views/feature_grid.hpp"
#include "views/histogram_view.hpp"
#include "views/neuron_graph.hpp"

namespace geoneuron::views {

std::span<const ViewDefinition> all_views() {
  static const std::vector<ViewDefinition> kViews{activation_map_view(), feature_grid_view(),
                                                  histogram_view(), neuron_graph_view()};
  return kViews;
}

Result<const ViewDefinition*> find_view(const std::string& name) {
  std::vector<std::string> names;
  for (const ViewDefinition& view : all_views()) {
    if (view.name == name) return &view;
    names.push_back(view.name);
  }
  return invalid("view %s: unknown; must be one of %s%s", name.c_str(), joined(names).c_str(),
                 did_you_mean(name, names).c_str());
}

Result<Image> render(PixelDevice& device, const std::string& view, const ViewRequest& request) {
  const ViewDefinition* definition = GN_TRY(find_view(view));
  const ViewParameters parameters =
      GN_TRY(with_context(ViewParameters::parse(definition->parameters, request.parameters), view));
  return with_context(definition->render(device, request, parameters), view);
}

Result<std::vector<std::string>> selected_without_constants(const perception::Graph& graph,
                                                            std::span<const std::string> selected) {
  if (selected.empty()) return invalid("no tensor is selected; select at least one");
  std::vector<std::string> names;
  for (const std::string& name : selected) {
    const auto id = graph.find(name);
    if (!id || !graph.at(*id).constant) names.push_back(name);
  }
  return names;
}

Result<perception::Tensor> float32_tensor(const ViewRequest& request, const std::string& name) {
  const auto found = request.tensors.find(name);
  if (found == request.tensors.end() || !found->second.is_defined())
    return make_error(ENOENT, "tensor %s: has no elements here; keep it when running the model",
                      name.c_str());
  if (found->second.type() == perception::DataType::kFloat32) return found->second;
  return with_context(found->second.to_float32(), "tensor " + name);
}

}  // namespace geoneuron::views
