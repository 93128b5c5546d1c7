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
#include "perception/model.hpp"

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
  perception::Declaration declared;   // by the model, without --shape
  uint64_t nan_count = 0;
  uint64_t infinity_count = 0;
};

// "1,3,640,640" or "1x3x640x640". EINVAL for anything else, and where no tensor can be that large.
Result<perception::Shape> parse_extents(const std::string& text);

// `--shape` by input name. EINVAL: a malformed shape, no such input (with the nearest names), no
// name where the model has several inputs, or two shapes for one.
Result<std::map<std::string, perception::Shape>> parse_shapes(
    const std::vector<std::string>& shapes, const std::vector<std::string>& input_names);

// The error of a run on `inputs`; where the model leaves an input's extents open, and the network
// may not take those that it got, with how to choose others.
Error with_size_remedy(Error error, const std::vector<BoundInput>& inputs);

// Reads every file, after all that can be told without reading. EINVAL for what parse_shapes
// refuses, for an input that is missing, given twice or unknown, and for tensors of another type or
// shape than the model declares; ENOMEM where pictures would become more than `budget_bytes`,
// before they do; else what reading the file gave.
Result<std::vector<BoundInput>> bind_inputs(const perception::Graph& graph,
                                            const InputOptions& options, uint64_t budget_bytes);

}  // namespace geoneuron::cli
