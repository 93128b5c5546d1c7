// SPDX-License-Identifier: MIT
#include "perception/model_description.hpp"
#include "perception/onnx_reader.hpp"

namespace geoneuron::perception {

Result<ModelDescription> describe_model(const std::string& path,
                                        const std::map<std::string, Shape>& shapes,
                                        const Evaluate& evaluate) {
  const OnnxReading reading = GN_TRY(read_onnx_file(path));
  return with_context(describe_reading(reading, shapes, evaluate), path);
}

}  // namespace geoneuron::perception
