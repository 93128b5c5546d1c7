// SPDX-License-Identifier: MIT
#include "worker/answers.hpp"

#include <nlohmann/json.hpp>

namespace geoneuron::worker {
namespace {

using nlohmann::ordered_json;
using perception::ModelDescription;
using perception::TensorDescription;

// Names in models may hold any bytes: what is not UTF-8 is replaced by U+FFFD.
std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Extents; a name or null for one that is open; null where not even their number is known.
ordered_json shape_of(const TensorDescription& tensor) {
  if (tensor.info) return tensor.info->shape.extents();
  if (!tensor.declared.dimensions) return nullptr;
  ordered_json shape = ordered_json::array();
  for (const perception::Dimension& dimension : *tensor.declared.dimensions) {
    if (dimension.extent)
      shape.push_back(*dimension.extent);
    else if (dimension.symbol.empty())
      shape.push_back(nullptr);
    else
      shape.push_back(dimension.symbol);
  }
  return shape;
}

ordered_json tensors_of(const std::vector<TensorDescription>& tensors) {
  ordered_json json = ordered_json::array();
  for (const TensorDescription& tensor : tensors)
    json.push_back({{"name", tensor.name},
                    {"type", name_of(tensor.info ? tensor.info->type : tensor.declared.type)},
                    {"shape", shape_of(tensor)}});
  return json;
}

ordered_json passes_json(const Passes& changes) {
  ordered_json passes = ordered_json::array();
  for (const perception::OptimizationMetadata& change : changes)
    passes.push_back({{"pass", change.pass},
                      {"node", change.node},
                      {"description", change.description},
                      {"predicted_operations", change.predicted_operations},
                      {"predicted_bytes", change.predicted_bytes}});
  return passes;
}

}  // namespace

std::string to_text(const ModelDescription& model, const Passes* passes) {
  ordered_json layers = ordered_json::array();
  for (const perception::LayerDescription& layer : model.layers)
    layers.push_back({{"operator", layer.op},
                      {"name", layer.name},
                      {"outputs", tensors_of(layer.outputs)},
                      {"parameters", layer.parameter_count},
                      {"operations", layer.operations}});
  ordered_json answer = {{"name", model.name},
                         {"producer", model.producer},
                         {"ir_version", model.ir_version},
                         {"opset", model.opset},
                         {"parameters", model.parameter_count},
                         {"operations", model.operations},
                         {"inputs", tensors_of(model.inputs)},
                         {"outputs", tensors_of(model.outputs)},
                         {"layers", layers},
                         {"weights", tensors_of(model.weights)},
                         {"shapes", model.shape_sentence}};
  if (passes != nullptr) answer["passes"] = passes_json(*passes);
  return text_of(answer);
}

std::string to_text(const engine::PerceptionReport& report, const engine::DeviceDescription& device,
                    const std::string& device_reason) {
  ordered_json nodes = ordered_json::array();
  for (const engine::NodeRun& node : report.nodes)
    nodes.push_back({{"node", node.node},
                     {"op", node.op},
                     {"where", node.where},
                     {"algorithm", node.algorithm},
                     {"duration_ns", node.duration_ns}});
  return text_of({{"device",
                   {{"id", device.id},
                    {"name", device.name},
                    {"driver", device.driver},
                    {"reason", device_reason}}},
                  {"cache_hit", report.from_cache},
                  {"duration_ns", report.duration_ns},
                  {"predicted_peak_bytes", report.predicted_peak_bytes},
                  {"peak_bytes", report.peak_bytes},
                  {"bytes_in_place", report.bytes_in_place},
                  {"nodes", nodes},
                  {"passes", passes_json(report.passes)}});
}

std::string to_text(const ContextStore::Found& found) {
  ordered_json tensors = ordered_json::array();
  for (const auto& [name, tensor] : found.perception->tensors)
    tensors.push_back({{"name", name},
                       {"type", name_of(tensor.type())},
                       {"shape", tensor.shape().extents()},
                       {"bytes", tensor.size_bytes()}});
  return text_of({{"tensors", tensors}, {"where", found.is_on_device ? "device" : "host"}});
}

}  // namespace geoneuron::worker
