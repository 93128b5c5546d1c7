// SPDX-License-Identifier: MIT
#include "perception/onnx_operators.hpp"

#include "base/mapped_region.hpp"
#include "perception/onnx_proto.hpp"

namespace geoneuron::perception {

Result<std::set<std::string>> operator_names(const std::string& path) {
  const MappedRegion file = GN_TRY(MappedRegion::copy_file(path, kMaximumModelBytes));
  const auto model = GN_TRY(with_context(parse_model_proto(file.bytes()), path));
  std::set<std::string> names;
  for (const onnx::NodeProto& node : model->graph().node()) {
    const bool is_default = node.domain().empty() || node.domain() == "ai.onnx";
    names.insert(is_default ? node.op_type() : node.domain() + "." + node.op_type());
  }
  return names;
}

}  // namespace geoneuron::perception
