// SPDX-License-Identifier: MIT
// InputOptions: what a user gives a network to look at, and the tensors that it becomes.
// Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/image_tensor.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::cli {

struct InputOptions {
  std::vector<std::string> inputs;  // "[NAME=]FILE"
  std::vector<std::string> shapes;  // "[NAME=]1,3,640,640"
  ImageTensorOptions image;
};

struct BoundInput {
  std::string name;
  std::string file;
  std::string description;  // what was read and what was chosen
  perception::Tensor tensor;
  std::optional<views::Image> shown;  // where the file was a picture
  bool has_own_size = false;          // as in ImageTensor
  uint64_t nan_count = 0;
  uint64_t infinity_count = 0;
};

// `--shape` by input name. EINVAL: a malformed shape, no such input (with the nearest names), no
// name where the model has several inputs, or two shapes for one.
Result<std::map<std::string, perception::Shape>> parse_shapes(
    const std::vector<std::string>& shapes, const std::vector<std::string>& input_names);

// The error of a run on `inputs`; where a picture gave an input its own size and the network may
// not take that size, with how to choose another.
Error with_size_remedy(Error error, const std::vector<BoundInput>& inputs);

// Reads every file. EINVAL for what parse_shapes refuses, for an input that is missing, given twice
// or unknown, and for tensors of another type or shape than the model declares; else what reading
// the file gave.
Result<std::vector<BoundInput>> bind_inputs(const perception::Graph& graph,
                                            const InputOptions& options);

}  // namespace geoneuron::cli
