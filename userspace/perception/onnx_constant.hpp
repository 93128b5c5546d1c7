// SPDX-License-Identifier: MIT
// The value of a Constant node (sets 1-23). For the importer's sources alone.
#pragma once

#include "base/result.hpp"
#include "perception/onnx_external_data.hpp"
#include "perception/onnx_proto.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::perception {

// ENOTSUP for sparse and string values; EINVAL unless exactly one value_* attribute is there.
Result<Tensor> constant_from(const onnx::NodeProto& node, int64_t opset, ExternalData& external);

}  // namespace geoneuron::perception
