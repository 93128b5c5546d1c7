// SPDX-License-Identifier: MIT
// LocalBackend: everything that the tool asks of the rest of the system, behind one class. It runs
// networks in this process; nothing else under cli/ calls an engine. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/conformance.hpp"
#include "cli/pass_report.hpp"
#include "engine/devices.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/profiler.hpp"
#include "perception/model_description.hpp"
#include "perception/onnx_import.hpp"
#include "views/image.hpp"
#include "views/view.hpp"

namespace geoneuron::cli {

struct BackendOptions {
  std::string device = "auto";  // a selector as in engine/devices.hpp
  uint32_t threads = 0;         // cores that the CPU engine uses; 0 = all
  bool optimize = true;
  bool cache = true;
  std::optional<uint64_t> budget_bytes;  // of a run; the engine's default where absent
};

// The memory that a run with these options may take.
uint64_t budget_of(const BackendOptions& options);

// Every device of this machine, and which of them `auto` means.
struct DeviceOverview {
  engine::DeviceList list;
  Result<engine::DeviceChoice> automatic;
};
DeviceOverview device_overview();

class LocalBackend {
 public:
  // Opens the device. `profiler` may be null; it outlives the backend. EINVAL for a selector that
  // means nothing, ENODEV where there is no such device.
  static Result<std::unique_ptr<LocalBackend>> open(const BackendOptions& options,
                                                    engine::Profiler* profiler);
  ~LocalBackend();

  const engine::DeviceDescription& device() const;
  // Why the selector means this device, for people.
  const std::string& device_reason() const;

  // As NeuralPerceptionKernel::process_data.
  Result<engine::PerceptionReport> run(const engine::PerceptionRequest& request,
                                       const engine::KeptTensorSink& sink);

  // As views::render, on this backend's device.
  Result<views::Image> render(const std::string& view, const views::ViewRequest& request);

  // As run_conformance, on this backend's device.
  Result<ConformanceReport> conformance(const std::string& folder,
                                        const ConformanceOptions& options);

 private:
  struct Parts;
  explicit LocalBackend(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

Result<std::shared_ptr<const perception::Model>> load_model(const std::string& path);

// As perception::describe_model, with elements that decide shapes computed.
Result<perception::ModelDescription> inspect_model(
    const std::string& path, const std::map<std::string, perception::Shape>& shapes);

// What the optimiser does to the model when its outputs are kept, and predicts for inputs of these
// types and shapes (by name; inputs whose shapes are not known may be left out).
Result<PassReport> predict_passes(const perception::Model& model,
                                  const std::map<std::string, perception::TensorInfo>& inputs);
// And measures it: runs the network with the first 0, 1, 2, ... passes on inputs of zeros and
// ones. EINVAL where an input's shape is not known.
Result<PassReport> measure_passes(const std::shared_ptr<const perception::Model>& model,
                                  const std::map<std::string, perception::TensorInfo>& inputs,
                                  const BackendOptions& options);

}  // namespace geoneuron::cli
