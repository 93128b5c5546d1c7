// SPDX-License-Identifier: MIT
#include "cli/model_report.hpp"

#include <algorithm>

#include "base/printable.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;
using perception::LayerDescription;
using perception::ModelDescription;
using perception::TensorDescription;

std::string number_of(const std::string& name, const TensorNumbers& numbers) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? "" : "#" + std::to_string(found->second);
}

perception::DataType type_of(const TensorDescription& tensor) {
  return tensor.info ? tensor.info->type : tensor.declared.type;
}

std::string shape_of(const TensorDescription& tensor) {
  return tensor.info ? tensor.info->shape.to_string() : perception::to_text(tensor.declared);
}

// Extents; a name or null for one that is open; null where not even their number is known.
ordered_json shape_json(const TensorDescription& tensor) {
  if (tensor.info) return tensor.info->shape.extents();
  if (!tensor.declared.dimensions) return nullptr;
  ordered_json shape = ordered_json::array();
  for (const perception::Dimension& d : *tensor.declared.dimensions) {
    if (d.extent) {
      shape.push_back(*d.extent);
    } else if (d.symbol.empty()) {
      shape.push_back(nullptr);
    } else {
      shape.push_back(d.symbol);
    }
  }
  return shape;
}

ordered_json tensors_json(const std::vector<TensorDescription>& tensors,
                          const TensorNumbers& numbers) {
  ordered_json json = ordered_json::array();
  for (const TensorDescription& tensor : tensors) {
    ordered_json entry = {
        {"name", tensor.name}, {"type", name_of(type_of(tensor))}, {"shape", shape_json(tensor)}};
    if (const auto found = numbers.find(tensor.name); found != numbers.end())
      entry["number"] = found->second;
    json.push_back(entry);
  }
  return json;
}

// With their numbers, if any.
std::string tensors_text(const char* title, const std::vector<TensorDescription>& tensors,
                         const std::optional<TensorNumbers>& numbers = std::nullopt) {
  std::vector<std::vector<std::string>> rows;
  for (const TensorDescription& tensor : tensors) {
    rows.emplace_back();
    if (numbers) rows.back().push_back(number_of(tensor.name, *numbers));
    rows.back().push_back(tensor.name);
    rows.back().emplace_back(name_of(type_of(tensor)));
    rows.back().push_back(shape_of(tensor));
  }
  return std::string(title) + ":\n" + table(rows, 2);
}

bool is_counted(const LayerDescription& layer) {
  return std::ranges::all_of(layer.outputs,
                             [](const auto& output) { return output.info.has_value(); });
}

// The sum over the layers says nothing where some of their shapes are open.
bool is_counted(const ModelDescription& model) {
  return std::ranges::all_of(model.layers, [](const auto& layer) { return is_counted(layer); });
}

std::string layers_text(const ModelDescription& model, const TensorNumbers& numbers) {
  std::vector<std::vector<std::string>> rows = {
      {"TENSOR", "OPERATOR", "LAYER", "RESULT", "SHAPE", "PARAMETERS", "OPERATIONS"}};
  for (const LayerDescription& layer : model.layers) {
    bool first = true;
    for (const TensorDescription& output : layer.outputs) {
      rows.push_back({number_of(output.name, numbers), first ? layer.op : "",
                      first ? layer.name : "", output.name, shape_of(output),
                      first ? std::to_string(layer.parameter_count) : "",
                      first ? (is_counted(layer) ? std::to_string(layer.operations) : "-") : ""});
      first = false;
    }
  }
  return "layers:\n" + table(rows, 2);
}

std::string operations_text(const ModelDescription& model) {
  if (is_counted(model)) return std::to_string(model.operations) + " per run";
  const bool only_open = model.unsupported.empty() && model.shape_sentence.empty();
  return only_open ? "unknown; give --shape" : "unknown";
}

// Whether a model can be run is known only where the shapes of all its layers are.
std::string unsupported_text(const ModelDescription& model) {
  if (model.unsupported.empty() && !model.shape_sentence.empty()) return "";
  if (model.unsupported.empty())
    return is_counted(model) ? "not supported: nothing, this model can be run\n"
                             : "not supported: nothing that can be told before shapes are given\n";
  std::string text = "not supported:\n";
  for (const perception::UnsupportedNode& node : model.unsupported)
    text += "  " + printable(node.sentence) + "\n";
  return text;
}

ordered_json counted(bool is_known, uint64_t operations) {
  return is_known ? ordered_json(operations) : ordered_json(nullptr);
}

}  // namespace

ordered_json to_json(const ModelDescription& model, const TensorNumbers& numbers) {
  ordered_json layers = ordered_json::array();
  for (const LayerDescription& layer : model.layers) {
    layers.push_back({{"operator", layer.op},
                      {"name", layer.name},
                      {"outputs", tensors_json(layer.outputs, numbers)},
                      {"parameters", layer.parameter_count},
                      {"operations", counted(is_counted(layer), layer.operations)}});
  }
  ordered_json unsupported = ordered_json::array();
  for (const perception::UnsupportedNode& node : model.unsupported)
    unsupported.push_back({{"node", node.node}, {"sentence", node.sentence}});
  return {{"name", model.name},
          {"producer", model.producer},
          {"ir_version", model.ir_version},
          {"opset", model.opset},
          {"parameters", model.parameter_count},
          {"operations", counted(is_counted(model), model.operations)},
          {"inputs", tensors_json(model.inputs, numbers)},
          {"outputs", tensors_json(model.outputs, numbers)},
          {"layers", layers},
          {"weights", tensors_json(model.weights, numbers)},
          {"unsupported", unsupported},
          {"shapes", model.shape_sentence}};
}

std::string to_text(const ModelDescription& model, const TensorNumbers& numbers) {
  std::string text = "model: " + (model.name.empty() ? "(no name)" : printable(model.name)) +
                     ", by " + (model.producer.empty() ? "unknown" : printable(model.producer)) +
                     ", operator set " + std::to_string(model.opset) + ", IR version " +
                     std::to_string(model.ir_version) + "\n";
  text += "parameters: " + std::to_string(model.parameter_count) +
          "\noperations: " + operations_text(model) + "\n";
  text += tensors_text("inputs", model.inputs, numbers);
  text += tensors_text("outputs", model.outputs, numbers);
  text += layers_text(model, numbers);
  if (!model.weights.empty()) text += tensors_text("weights", model.weights);
  if (!model.shape_sentence.empty()) text += "shapes: " + printable(model.shape_sentence) + "\n";
  return text + unsupported_text(model);
}

}  // namespace geoneuron::cli
