// SPDX-License-Identifier: MIT
// NodeProto's attributes -> Attributes, each of the type that its operator defines. For the
// importer's sources alone. Thread-safe.
#pragma once

#include "base/result.hpp"
#include "perception/attributes.hpp"
#include "perception/onnx_proto.hpp"

namespace geoneuron::perception {

// The attributes of a node of `op` in operator set `opset`, legacy ones included. EINVAL where one
// has the wrong type, appears twice or is longer than kMaximumAttributeEntries; ENOTSUP for those
// that the operator does not define in that set.
Result<Attributes> attributes_from(const onnx::NodeProto& node, Operator op, int64_t opset);

}  // namespace geoneuron::perception
