// SPDX-License-Identifier: MIT
#include "perception/model_description.hpp"

#include <algorithm>
#include <unordered_map>

#include "perception/onnx_reading.hpp"
#include "perception/shape_propagation.hpp"

namespace geoneuron::perception {
namespace {

// The declared type and shape where every extent is a number.
std::optional<TensorInfo> concrete(const Declaration& declaration) {
  if (declaration.type == DataType::kUndefined || !declaration.dimensions) return std::nullopt;
  std::vector<int64_t> extents;
  for (const Dimension& dimension : *declaration.dimensions) {
    if (!dimension.extent) return std::nullopt;
    extents.push_back(*dimension.extent);
  }
  auto shape = Shape::checked(std::move(extents));
  if (!shape.has_value()) return std::nullopt;
  return TensorInfo{declaration.type, std::move(shape).value()};
}

// Why no tensor can have the extents that are declared; "" where one can. Open ones count as 1.
std::string impossible(const Value& input) {
  if (!input.declared.dimensions) return "";
  std::vector<int64_t> extents;
  for (const Dimension& dimension : *input.declared.dimensions)
    extents.push_back(dimension.extent.value_or(1));
  const auto shape = Shape::checked(std::move(extents));
  if (shape) return "";
  return "input \"" + input.name + "\": declared as " + to_text(input.declared) + ", which " +
         "no tensor can have: " + shape.error().message;
}

Result<void> check_declared(const Value& input, const Shape& given) {
  if (!input.declared.dimensions) return {};
  const auto& declared = *input.declared.dimensions;
  bool fits = declared.size() == given.rank();
  for (size_t i = 0; fits && i < declared.size(); ++i)
    fits = !declared[i].extent || *declared[i].extent == given[i];
  if (fits) return {};
  return invalid("input \"%s\": shape %s contradicts the declared %s", input.name.c_str(),
                 given.to_string().c_str(), to_text(input.declared).c_str());
}

Result<std::vector<std::optional<TensorInfo>>> input_infos(
    const Graph& graph, const std::map<std::string, Shape>& shapes) {
  std::vector<std::optional<TensorInfo>> infos;
  size_t used = 0;
  for (const ValueId id : graph.inputs) {
    const Value& input = graph.at(id);
    const auto given = shapes.find(input.name);
    infos.push_back(concrete(input.declared));
    if (given == shapes.end()) continue;
    ++used;
    GN_TRY(check_declared(input, given->second));
    infos.back() = TensorInfo{input.declared.type, given->second};
  }
  if (used == shapes.size()) return infos;
  for (const auto& [name, shape] : shapes) {
    const auto id = graph.find(name);
    if (!id || std::find(graph.inputs.begin(), graph.inputs.end(), *id) == graph.inputs.end())
      return invalid("\"%s\" is no input of the model", name.c_str());
  }
  return infos;
}

// What is known of a graph after walking it as far as shapes go.
class Description {
 public:
  Description(const OnnxReading& reading, const Evaluate& evaluate)
      : reading_(reading),
        graph_(reading.model.graph),
        shapes_(graph_, evaluate),
        operations_(graph_.nodes.size()) {
    for (size_t i = 0; i < graph_.values.size(); ++i)
      ids_.emplace(graph_.values[i].name, ValueId{static_cast<uint32_t>(i)});
  }

  void propagate(const std::vector<std::optional<TensorInfo>>& inputs);
  ModelDescription take() const;

 private:
  bool has_operands(const Node& node) const;
  TensorDescription tensor(ValueId id) const;
  LayerDescription layer(const FileNode& file_node,
                         const std::vector<std::optional<NodeId>>& producers) const;
  uint64_t parameters_of(const Node& node) const;
  std::vector<TensorDescription> weights() const;

  const OnnxReading& reading_;
  const Graph& graph_;
  ShapePropagation shapes_;
  std::vector<uint64_t> operations_;  // by NodeId
  std::string sentence_;
  std::unordered_map<std::string, ValueId> ids_;
};

bool Description::has_operands(const Node& node) const {
  for (const ValueId id : node.inputs)
    if (id != kNoValue && shapes_.info(id).type == DataType::kUndefined) return false;
  return true;
}

void Description::propagate(const std::vector<std::optional<TensorInfo>>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]) shapes_.set_info(graph_.inputs[i], *inputs[i]);
    if (sentence_.empty()) sentence_ = impossible(graph_.at(graph_.inputs[i]));
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (!has_operands(node)) continue;
    const auto visited = shapes_.visit(node);
    if (!visited.has_value()) {
      if (sentence_.empty()) sentence_ = visited.error().message;
      continue;
    }
    std::vector<TensorInfo> results;
    for (const ValueId id : node.outputs)
      results.push_back(id == kNoValue ? TensorInfo{} : shapes_.info(id));
    operations_[i] = operation_count(node, shapes_.operands_of(node), results);
  }
}

TensorDescription Description::tensor(ValueId id) const {
  const Value& value = graph_.at(id);
  TensorDescription result{value.name, value.declared, std::nullopt};
  if (shapes_.info(id).type != DataType::kUndefined) result.info = shapes_.info(id);
  return result;
}

uint64_t Description::parameters_of(const Node& node) const {
  uint64_t count = 0;
  for (const ValueId id : node.inputs)
    if (id != kNoValue && graph_.at(id).constant && is_floating(graph_.at(id).constant->type()))
      count += static_cast<uint64_t>(graph_.at(id).constant->element_count());
  return count;
}

LayerDescription Description::layer(const FileNode& file_node,
                                    const std::vector<std::optional<NodeId>>& producers) const {
  LayerDescription result;
  result.op = file_node.op;
  result.name = file_node.name;
  for (const std::string& output : file_node.outputs) {
    const auto found = ids_.find(output);
    if (found == ids_.end()) continue;
    result.outputs.push_back(tensor(found->second));
    const auto producer = producers[index(found->second)];
    if (!producer) continue;
    result.parameter_count = parameters_of(graph_.at(*producer));
    result.operations = operations_[index(*producer)];
  }
  return result;
}

std::vector<TensorDescription> Description::weights() const {
  std::vector<bool> is_read(graph_.values.size());
  for (const Node& node : graph_.nodes)
    for (const ValueId id : node.inputs)
      if (id != kNoValue) is_read[index(id)] = true;
  std::vector<TensorDescription> result;
  for (size_t i = 0; i < graph_.values.size(); ++i) {
    const Value& value = graph_.values[i];
    if (value.constant && is_read[i])
      result.push_back({value.name, value.declared, value.constant->info()});
  }
  return result;
}

ModelDescription Description::take() const {
  const Model& model = reading_.model;
  ModelDescription result;
  result.name = graph_.name;
  result.producer = model.producer;
  result.ir_version = model.ir_version;
  result.opset = model.opset;
  result.parameter_count = model.parameter_count;
  result.unsupported = reading_.unsupported;
  result.shape_sentence = sentence_;
  for (const ValueId id : graph_.inputs) result.inputs.push_back(tensor(id));
  for (const ValueId id : graph_.outputs) result.outputs.push_back(tensor(id));
  result.weights = weights();
  const auto producers = graph_.producers();
  for (const FileNode& node : reading_.nodes) result.layers.push_back(layer(node, producers));
  for (const LayerDescription& one : result.layers) result.operations += one.operations;
  return result;
}

// As if the model's file held just the nodes of its graph.
OnnxReading reading_of(const Model& model) {
  OnnxReading reading{model, {}, {}, {}};
  for (const Node& node : model.graph.nodes) {
    FileNode entry{std::string(name_of(node.op)), node.name, {}};
    for (const ValueId id : node.outputs)
      if (id != kNoValue) entry.outputs.push_back(model.graph.at(id).name);
    reading.nodes.push_back(std::move(entry));
  }
  return reading;
}

}  // namespace

Result<ModelDescription> describe_reading(const OnnxReading& reading,
                                          const std::map<std::string, Shape>& shapes,
                                          const Evaluate& evaluate) {
  const auto inputs = GN_TRY(input_infos(reading.model.graph, shapes));
  Description description(reading, evaluate);
  description.propagate(inputs);
  return description.take();
}

Result<ModelDescription> describe_model(const Model& model,
                                        const std::map<std::string, Shape>& shapes,
                                        const Evaluate& evaluate) {
  return describe_reading(reading_of(model), shapes, evaluate);
}

std::string to_text(const Declaration& declaration) {
  if (!declaration.dimensions) return "unknown rank";
  if (declaration.dimensions->empty()) return "scalar";
  std::string text;
  for (const Dimension& dimension : *declaration.dimensions) {
    if (!text.empty()) text += 'x';
    if (dimension.extent)
      text += std::to_string(*dimension.extent);
    else
      text += dimension.symbol.empty() ? "?" : dimension.symbol;
  }
  return text;
}

}  // namespace geoneuron::perception
