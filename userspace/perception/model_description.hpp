// SPDX-License-Identifier: MIT
// ModelDescription: what `geoneuron inspect` tells of a model, also of one that cannot be run.
// A plain value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/algorithmic_optimizer.hpp"
#include "perception/graph.hpp"
#include "perception/onnx_reading.hpp"

namespace geoneuron::perception {

struct TensorDescription {
  std::string name;
  Declaration declared;
  // With the caller's shapes and what follows from them; nothing where that is not known.
  std::optional<TensorInfo> info;
};

struct LayerDescription {
  std::string op;  // ONNX's name, also of operators that geoneuron does not have
  std::string name;
  std::vector<TensorDescription> outputs;  // absent results left out
  uint64_t parameter_count = 0;            // elements of the constants that this layer reads
  uint64_t operations = 0;                 // floating-point operations; 0 while shapes are unknown
};

struct ModelDescription {
  std::string name;
  std::string producer;
  int64_t ir_version = 0;
  int64_t opset = 0;
  std::vector<TensorDescription> inputs;
  std::vector<TensorDescription> outputs;
  std::vector<LayerDescription> layers;    // in running order; the file's nodes but Constant
  std::vector<TensorDescription> weights;  // the constants that nodes read, in the graph's order
  uint64_t parameter_count = 0;            // each constant once
  uint64_t operations = 0;                 // sum over layers whose shapes are known
  std::vector<UnsupportedNode> unsupported;
  // Why shapes are not known from some layer on; empty where all are, or inputs have symbols.
  std::string shape_sentence;
};

// Describes the model at `path`. `shapes` gives extents to inputs by name, where the model declares
// none or symbols. `evaluate` computes elements that decide shapes; without it only those of Shape
// nodes are known. Errors: what load_onnx refuses for other reasons than unsupported nodes; EINVAL
// for a name that is no input or a shape that contradicts the declaration.
Result<ModelDescription> describe_model(const std::string& path,
                                        const std::map<std::string, Shape>& shapes = {},
                                        const Evaluate& evaluate = {});

// The same of what was read of a file.
Result<ModelDescription> describe_reading(const OnnxReading& reading,
                                          const std::map<std::string, Shape>& shapes,
                                          const Evaluate& evaluate);

// The same of a model that was loaded: its layers are the nodes of its graph.
Result<ModelDescription> describe_model(const Model& model,
                                        const std::map<std::string, Shape>& shapes = {},
                                        const Evaluate& evaluate = {});

// "Nx3x48x48" as declared ("?" for an extent without a name, "unknown rank"), for people.
std::string to_text(const Declaration& declaration);

}  // namespace geoneuron::perception
