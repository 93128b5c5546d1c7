// SPDX-License-Identifier: MIT
#include "cli/demo/engines.hpp"

#include <algorithm>
#include <cmath>

#include "engine/devices.hpp"

namespace geoneuron::cli::demo {
namespace {

using engine::NeuralPerceptionKernel;
using perception::Tensor;

Result<Engine> open_engine(const std::string& selector) {
  engine::OpenedUnit opened = GN_TRY(engine::open_unit(selector));
  Engine result;
  result.device = opened.unit->description();
  result.pictures = engine::NeuronVisualizationKernel::on(opened, nullptr);
  result.perception = GN_TRY(NeuralPerceptionKernel::create(std::move(opened.unit), {}, nullptr));
  return result;
}

}  // namespace

Result<EngineList> open_engines() {
  EngineList list;
  list.engines.push_back(GN_TRY(open_engine("cpu")));
  auto vulkan = open_engine("vulkan");
  if (vulkan.has_value())
    list.engines.push_back(std::move(*vulkan));
  else if (vulkan.error().code == ENODEV)
    list.missing = vulkan.error().message;
  else
    return vulkan.error();
  return list;
}

Result<TensorSet> perceive(Engine& engine, std::shared_ptr<const perception::Model> model,
                           const std::map<std::string, Tensor>& inputs,
                           const std::set<std::string>& keep) {
  engine::PerceptionRequest request;
  request.model = std::move(model);
  request.inputs = inputs;
  request.keep = keep;
  TensorSet result;
  result.device = engine.device.id;
  result.tensors = inputs;
  const engine::PerceptionReport report = GN_TRY(engine.perception->process_data(
      request, [&](const std::string& name, const Tensor& tensor) -> Result<void> {
        result.tensors[name] = tensor;
        return {};
      }));
  result.seconds = static_cast<double>(report.duration_ns) * 1e-9;
  return result;
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
