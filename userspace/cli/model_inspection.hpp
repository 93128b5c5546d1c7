// SPDX-License-Identifier: MIT
// ModelInspection: what can be told of a model. What must be computed for it the daemon computes,
// which is connected to only then. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/pass_report.hpp"
#include "cli/session.hpp"
#include "perception/model_description.hpp"

namespace geoneuron::cli {

class ModelInspection {
 public:
  ModelInspection(std::string path, const SessionOptions& options);

  // As perception::describe_model, with elements that decide shapes computed where the model is
  // supported.
  Result<perception::ModelDescription> describe(
      const std::map<std::string, perception::Shape>& shapes);

  // What the optimiser does to the model when its outputs are kept, and predicts for inputs of
  // these shapes (by name; inputs whose shapes are not known may be left out).
  Result<PassReport> predict_passes(const std::map<std::string, perception::TensorInfo>& inputs);
  // And measures it: runs the network with the first 0, 1, 2, ... passes on inputs of zeros and
  // ones. EINVAL where an input's shape is not known.
  Result<PassReport> measure_passes(const std::map<std::string, perception::TensorInfo>& inputs);

  // ENOTSUP where it cannot be run.
  Result<ModelPointer> model();

 private:
  Result<Session*> session();
  Result<nlohmann::json> ask(const std::map<std::string, perception::Shape>& shapes, bool passes);

  std::string path_;
  SessionOptions options_;
  ModelPointer model_;
  std::unique_ptr<Session> session_;
};

}  // namespace geoneuron::cli
