// SPDX-License-Identifier: MIT
#include "cli/demo/engines.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::cli::demo {
namespace {

using perception::Tensor;

Result<Engine> open_engine(const std::shared_ptr<DaemonLink>& link, const std::string& selector) {
  SessionOptions options;
  options.device = selector;
  Engine result;
  result.session = GN_TRY(Session::open(link, options));
  result.device = result.session->device();
  return result;
}

}  // namespace

Result<EngineList> open_engines() {
  EngineList list;
  const auto link = GN_TRY(DaemonLink::connect({}));
  list.engines.push_back(GN_TRY(open_engine(link, "cpu")));
  auto vulkan = open_engine(link, "vulkan");
  if (vulkan.has_value())
    list.engines.push_back(std::move(*vulkan));
  else if (vulkan.error().code == ENODEV)
    list.missing = vulkan.error().message;
  else
    return vulkan.error();
  return list;
}

Result<TensorSet> perceive(Engine& engine, const ModelPointer& model,
                           const std::map<std::string, Tensor>& inputs,
                           const std::set<std::string>& keep) {
  PerceptionRequest request;
  request.model = model;
  request.inputs = inputs;
  request.keep = keep;
  TensorSet result;
  result.device = engine.device.id;
  result.tensors = inputs;
  const PerceptionReport report =
      GN_TRY(engine.session->run(request, [&](const std::string& name, const Tensor& tensor) {
        result.tensors[name] = tensor;
        return Result<void>();
      }));
  result.seconds = static_cast<double>(report.duration_ns) * 1e-9;
  return result;
}

// The perception is there for its graph: it keeps nothing but what it was given, and the tensors
// come from the set.
Result<views::Image> draw_view(Engine& engine, const ModelPointer& model, const TensorSet& set,
                               const std::string& view, const views::ViewRequest& base) {
  const perception::Graph& graph = model->model.graph;
  const views::ViewDefinition& definition = *GN_TRY(views::find_view(view));
  const auto parameters =
      GN_TRY(views::ViewParameters::parse(definition.parameters, base.parameters));
  views::ViewRequest picture = base;
  for (const std::string& name : GN_TRY(definition.needs(graph, base.selected, parameters)))
    if (const auto found = set.tensors.find(name); found != set.tensors.end())
      picture.tensors.insert(*found);
  PerceptionRequest request;
  request.model = model;
  for (const perception::ValueId id : graph.inputs) {
    const std::string& name = graph.at(id).name;
    if (!set.tensors.contains(name))
      return invalid("input %s: is not among the tensors", name.c_str());
    request.inputs[name] = set.tensors.at(name);
    request.keep.insert(name);
  }
  return engine.session->render(request, view, picture);
}

Result<Difference> largest_difference(const TensorSet& a, const TensorSet& b) {
  Difference difference;
  for (const auto& [name, tensor] : a.tensors) {
    const auto other = b.tensors.find(name);
    if (other == b.tensors.end() || other->second.info() != tensor.info())
      return invalid("tensor %s: differs in type or shape between %s and %s", name.c_str(),
                     a.device.c_str(), b.device.c_str());
    const Tensor left = GN_TRY(tensor.to_float32()), right = GN_TRY(other->second.to_float32());
    const auto x = left.values<float>(), y = right.values<float>();
    double largest = 0, magnitude = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      largest = std::max(largest, std::abs(double{x[i]} - double{y[i]}));
      magnitude = std::max(magnitude, std::abs(double{x[i]}));
    }
    if (largest > difference.largest) difference = {largest, name, magnitude};
  }
  return difference;
}

}  // namespace geoneuron::cli::demo
