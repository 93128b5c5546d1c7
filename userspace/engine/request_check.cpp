// SPDX-License-Identifier: MIT
#include "engine/request_check.hpp"

#include <algorithm>
#include <vector>

#include "base/nearest_names.hpp"
#include "base/text.hpp"

namespace geoneuron::engine {
namespace {

using perception::Declaration;
using perception::Dimension;
using perception::Graph;
using perception::Tensor;
using perception::ValueId;

// "float32 Nx3x48x?": what the model declares.
std::string to_text(const Declaration& declared) {
  std::string text(perception::name_of(declared.type));
  if (!declared.dimensions) return text + " of any shape";
  if (declared.dimensions->empty()) return text + " scalar";
  char separator = ' ';
  for (const Dimension& dimension : *declared.dimensions) {
    text += separator;
    separator = 'x';
    if (dimension.extent)
      text += std::to_string(*dimension.extent);
    else
      text += dimension.symbol.empty() ? "?" : dimension.symbol;
  }
  return text;
}

// Extents of named dimensions, as the inputs so far have them.
using Symbols = std::map<std::string, int64_t>;

bool fits(const Dimension& declared, int64_t extent, Symbols& symbols) {
  if (declared.extent) return *declared.extent == extent;
  if (declared.symbol.empty()) return true;
  return symbols.emplace(declared.symbol, extent).first->second == extent;
}

bool fits(const Declaration& declared, const Tensor& tensor, Symbols& symbols) {
  if (declared.type != perception::DataType::kUndefined && declared.type != tensor.type())
    return false;
  if (!declared.dimensions) return true;
  if (declared.dimensions->size() != tensor.shape().rank()) return false;
  for (size_t axis = 0; axis < tensor.shape().rank(); ++axis)
    if (!fits((*declared.dimensions)[axis], tensor.shape()[axis], symbols)) return false;
  return true;
}

std::string symbols_to_text(const Symbols& symbols) {
  std::string text;
  for (const auto& [name, extent] : symbols)
    text += (text.empty() ? "; so far " : ", ") + name + " = " + std::to_string(extent);
  return text;
}

Result<void> refuse_unknown(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
  std::vector<std::string> names;
  for (const ValueId id : graph.inputs) names.push_back(graph.at(id).name);
  for (const auto& [name, tensor] : inputs) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return invalid("input %s: the model has no such input%s; its inputs are: %s", name.c_str(),
                   did_you_mean(name, names).c_str(),
                   names.empty() ? "none" : joined(names).c_str());
  }
  return {};
}

}  // namespace

Result<std::map<ValueId, Tensor>> checked_inputs(const Graph& graph,
                                                 const std::map<std::string, Tensor>& inputs) {
  GN_TRY(refuse_unknown(graph, inputs));
  std::map<ValueId, Tensor> result;
  Symbols symbols;
  for (const ValueId id : graph.inputs) {
    const auto& [name, declared, constant] = graph.at(id);
    const auto found = inputs.find(name);
    if (found == inputs.end() || !found->second.is_defined())
      return invalid("input %s: is missing; the model wants %s", name.c_str(),
                     to_text(declared).c_str());
    Symbols extended = symbols;
    if (!fits(declared, found->second, extended))
      return invalid("input %s: is %s; the model wants %s%s", name.c_str(),
                     found->second.info().to_string().c_str(), to_text(declared).c_str(),
                     symbols_to_text(symbols).c_str());
    symbols = std::move(extended);
    result.emplace(id, found->second);
  }
  return result;
}

Result<std::set<ValueId>> checked_keep(const Graph& graph, const std::set<std::string>& keep) {
  if (keep.empty()) return invalid("nothing to keep: name at least one tensor, or the outputs");
  std::map<std::string_view, ValueId> by_name;
  for (size_t i = 0; i < graph.values.size(); ++i)
    by_name.emplace(graph.values[i].name, ValueId{static_cast<uint32_t>(i)});
  std::set<ValueId> result;
  for (const std::string& name : keep) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || name.empty()) {
      std::vector<std::string> names;
      names.reserve(by_name.size());
      for (const auto& [known, id] : by_name) names.emplace_back(known);
      return invalid("tensor %s: the model has none of this name%s", name.c_str(),
                     did_you_mean(name, names).c_str());
    }
    result.insert(found->second);
  }
  return result;
}

}  // namespace geoneuron::engine
