// SPDX-License-Identifier: MIT
// OnnxReader: reads one parsed model into a Graph, node by node. Private to the importer, and to
// descriptions of files, which go on where an import ends. Not thread-safe.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "perception/onnx_external_data.hpp"
#include "perception/onnx_reading.hpp"

namespace geoneuron::perception {

// Reads all of the model; nodes that are not supported are listed, every other fault is an error.
Result<OnnxReading> read_onnx(std::span<const std::byte> bytes, ExternalData external);
Result<OnnxReading> read_onnx_file(const std::string& path);
// The same of a file that was read from `path`.
Result<OnnxReading> read_onnx_file(const MappedRegion& file, const std::string& path);

}  // namespace geoneuron::perception
