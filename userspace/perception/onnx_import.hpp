// SPDX-License-Identifier: MIT
// ONNX -> Graph: parses, checks every field and rewrites old operator forms to the canonical ones
// (operator.hpp). Reads nothing but the model and its external data. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/model.hpp"
#include "perception/onnx_external_data.hpp"
#include "perception/onnx_reading.hpp"

namespace geoneuron::perception {

// Loads the model at `path`. External data: a relative path inside the model's folder, without `..`
// and symbolic links, with checked offset and length. Errors name the node, field and remedy;
// operators or versions that are not supported give ENOTSUP and one sentence.
Result<Model> load_onnx(const std::string& path);

// A model with the bytes that it was made from: all that another process needs to load it.
struct ModelFile {
  Model model;
  MappedRegion bytes;
  ExternalFiles external;  // each whole
};
Result<ModelFile> load_onnx_file(const std::string& path);

// The same from bytes; `folder` is where external data may lie, "" allows none.
Result<Model> parse_onnx(std::span<const std::byte> bytes, const std::string& folder);

// The same with external data from `files` alone, by location.
Result<Model> parse_onnx(std::span<const std::byte> bytes, ExternalFiles files);

// All nodes that load_onnx would refuse, in order; empty where the model is supported.
Result<std::vector<UnsupportedNode>> unsupported_nodes(const std::string& path);

// The tensor in a TensorProto file (the .pb files of ONNX's conformance tests). ENOTSUP for element
// types that geoneuron does not have.
Result<Tensor> load_tensor_proto(const std::string& path);

}  // namespace geoneuron::perception
