// SPDX-License-Identifier: MIT
// OnnxReading: all that was read of a model's file, also of one that cannot be run. A plain value.
#pragma once

#include <string>
#include <vector>

#include "perception/model.hpp"
#include "perception/onnx_external_data.hpp"

namespace geoneuron::perception {

// A node that the importer cannot express: told by `geoneuron inspect`.
struct UnsupportedNode {
  std::string node;
  std::string sentence;  // operator, version, node and what is supported
};

// A node of the file that is no Constant, supported or not.
struct FileNode {
  std::string op;
  std::string name;
  std::vector<std::string> outputs;
};

struct OnnxReading {
  Model model;  // without the unsupported nodes
  std::vector<UnsupportedNode> unsupported;
  std::vector<FileNode> nodes;  // in running order
  ExternalFiles external;       // that were read
};

}  // namespace geoneuron::perception
