// SPDX-License-Identifier: MIT
// TensorProto -> Tensor, with every size checked. For the importer's sources alone.
#pragma once

#include "base/result.hpp"
#include "perception/onnx_external_data.hpp"
#include "perception/onnx_proto.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::perception {

// The tensor of `proto`. External data is mapped where its alignment allows, else copied.
// Errors name the tensor: ENOTSUP for element types and segments, EINVAL for
// sizes that disagree.
Result<Tensor> tensor_from(const onnx::TensorProto& proto, ExternalData& external);

}  // namespace geoneuron::perception
