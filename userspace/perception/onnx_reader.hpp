// SPDX-License-Identifier: MIT
// OnnxReader: reads one parsed model into a Graph, node by node. Private to the importer, and to
// model descriptions, which go on where an import ends. Not thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/onnx_external_data.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::perception {

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
};

// Reads all of the model; nodes that are not supported are listed, every other fault is an error.
Result<OnnxReading> read_onnx(std::span<const std::byte> bytes, ExternalData external);
Result<OnnxReading> read_onnx_file(const std::string& path);

}  // namespace geoneuron::perception
